"""A flow as a picture (流程图): plain SVG, states from left to right, forward steps above, backward below."""

from __future__ import annotations

from collections import defaultdict
from html import escape

from liangtian.platform.cases.machine import START, Machine, State
from liangtian.platform.cases.models import Consultation
from liangtian.platform.people.models import Office

BOX_W, BOX_H, GAP, LANE = 132, 46, 130, 34
MARGIN, FONT = 16, 13
INK, LINE, FRONT, BACK = "#24332b", "#9fb3a6", "#2c7a57", "#b0622a"
Edge = tuple[int, int]


def svg(machine: Machine, at: str = "") -> str:
    """The flow; the state `at` is filled. Every text is in it, so that it can be read without colours."""
    order = {state.code: k for k, state in enumerate(machine.states)}
    labels: dict[Edge, list[str]] = defaultdict(list)
    for t in machine.transitions:
        for origin in t.origins:
            labels[order.get(origin, -1), order[t.to]].append(t.label)
    forward = _lanes([e for e in labels if e[1] > e[0] >= 0])
    backward = _lanes([e for e in labels if e[1] <= e[0]])
    top = MARGIN + LANE * (1 + max(forward.values(), default=0)) + 8
    height = top + BOX_H + LANE * (1 + max(backward.values(), default=0)) + MARGIN + 8
    width = 2 * MARGIN + len(order) * BOX_W + (len(order) - 1) * GAP + 70
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="sans-serif" font-size="{FONT}">',
        f"<title>{escape(machine.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for edge, names in sorted(labels.items()):
        text = "、".join(names)
        if edge[0] < 0:
            parts += _entry(top, text)
        else:
            ahead = edge in forward
            lane = (forward if ahead else backward)[edge]
            parts += _edge(edge, text, top, lane, ahead=ahead)
    for state in machine.states:
        parts += _box(_left(order[state.code]), top, state, state.code == at)
    return "\n".join([*parts, "</svg>"]) + "\n"


def desks(machine: Machine) -> str:
    """Who has the case in which state, as a Markdown list."""
    lines = []
    for s in machine.states:
        if s.desk:
            level = "县级" if s.desk.level == "county" else "乡镇"
            office = f"“{Office.Kind(s.desk.office).label}”类机构" if s.desk.office else ""
            lines.append(
                f"- {s.label}（`{s.code}`）：{s.desk.task}，{level}{office}，需 `{s.desk.permission}`"
            )
        if s.opinions:
            rules = "或".join(str(Consultation.Rule(rule).label) for rule in s.opinions.rules)
            lines.append(
                f"- {s.label}（`{s.code}`）：{s.opinions.task}，所选各单位同时办理，需 `{s.opinions.permission}`；"
                f"{rules}即自动转入下一环节"
            )
    return "\n".join(lines)


def table(machine: Machine) -> str:
    """The same as a Markdown table."""
    names = {**machine.labels, START: "（开始）"}
    rows = [
        "| 步骤 | 从 | 到 | 权限 | 条件 | 意见 | 计时 |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for t in machine.transitions:
        clocks = [*(f"起 {e}" for e in t.starts), *(f"止 {e}" for e in t.stops)]
        origins = "、".join(names[o] for o in t.origins)
        cells = [
            f"{t.label} `{t.name}`", origins, names[t.to], f"`{t.permission}`",
            "、".join(f"`{g}`" for g in t.guards) or ("自动" if t.automatic else "–"),
            "必填" if t.opinion else "–",
            "；".join(clocks) or "–",
        ]  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _lanes(edges: list[Edge]) -> dict[Edge, int]:
    """How far out each arrow runs, so that none lies on another: the longer, the farther."""
    found: dict[Edge, int] = {}
    for edge in sorted(edges, key=lambda e: (abs(e[1] - e[0]), e)):
        low, high = sorted(edge)
        over = [
            lane
            for other, lane in found.items()
            if sorted(other)[0] < high and low < sorted(other)[1]
        ]
        found[edge] = max(over, default=-1) + 1
    return found


def _left(index: int) -> int:
    return MARGIN + 70 + index * (BOX_W + GAP)


def _entry(top: int, text: str) -> list[str]:
    y, x = top + BOX_H // 2, _left(0)
    return [
        f'<circle cx="{MARGIN + 6}" cy="{y}" r="6" fill="{FRONT}"/>',
        f'<path d="M{MARGIN + 12} {y} H{x - 9}" stroke="{FRONT}" stroke-width="1.5" fill="none"/>',
        _arrow(x, y, "right", FRONT),
        f'<text x="{MARGIN}" y="{y - 12}" fill="{INK}" font-size="12">{escape(text)}</text>',
    ]


def _edge(edge: Edge, text: str, top: int, lane: int, *, ahead: bool) -> list[str]:
    colour = FRONT if ahead else BACK
    start, end = edge
    shift = 12 + 9 * lane
    x1 = _left(start) + (BOX_W - shift if ahead else shift)
    x2 = _left(end) + (shift if ahead else BOX_W - shift)
    if start == end:
        x1, x2 = _left(start) + BOX_W - 20, _left(start) + 20
    y = top if ahead else top + BOX_H
    out = y - LANE * (lane + 1) + 8 if ahead else y + LANE * (lane + 1) - 8
    tip = y - 8 if ahead else y + 8
    middle = (x1 + x2) / 2
    return [
        f'<path d="M{x1} {y} V{out} H{x2} V{tip}" stroke="{colour}" stroke-width="1.5" fill="none" '
        f'stroke-linejoin="round"/>',
        _arrow(x2, y, "down" if ahead else "up", colour),
        f'<text x="{middle:g}" y="{out + (-5 if ahead else 16)}" text-anchor="middle" fill="{colour}" paint-order="stroke" stroke="#fff" stroke-width="4" '
        f'font-size="12">{escape(text)}</text>',
    ]


def _arrow(x: float, y: float, way: str, colour: str) -> str:
    points = {
        "right": f"{x},{y} {x - 9},{y - 4.5} {x - 9},{y + 4.5}",
        "down": f"{x},{y} {x - 4.5},{y - 9} {x + 4.5},{y - 9}",
        "up": f"{x},{y} {x - 4.5},{y + 9} {x + 4.5},{y + 9}",
    }
    return f'<polygon points="{points[way]}" fill="{colour}"/>'


def _box(x: int, y: int, state: State, here: bool) -> list[str]:
    """A second edge inside: the case ends there. A stack of boxes: several offices at once."""
    fill, ink = (FRONT, "#fff") if here else ("#f3f7f4", INK)
    ring = (
        f'<rect x="{x + 3}" y="{y + 3}" width="{BOX_W - 6}" height="{BOX_H - 6}" rx="5" fill="none" '
        f'stroke="{"#fff" if here else LINE}"/>'
    )
    text = f"{state.label}（当前）" if here else state.label
    behind = [
        f'<rect x="{x + shift}" y="{y + shift}" width="{BOX_W}" height="{BOX_H}" rx="8" fill="#fff" stroke="{LINE}"/>'
        for shift in (8, 4)
        if state.opinions
    ]
    return [
        *behind,
        f'<rect x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="8" fill="{fill}" stroke="{FRONT if here else LINE}" '
        f'stroke-width="1.5"/>',
        *([ring] if state.final else []),
        f'<text x="{x + BOX_W / 2:g}" y="{y + BOX_H / 2 + 5:g}" text-anchor="middle" fill="{ink}">{escape(text)}</text>',
    ]
