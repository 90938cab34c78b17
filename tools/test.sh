#!/usr/bin/env bash
# Everything that must hold before a change lands. Called by `make test` and `.ci/run`.
# As root on Debian it installs what the tests run (PostGIS, Chromium, a Chinese font, Swift); otherwise it
# says what is missing and stops, so that "passed" always means that everything was run.
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=$PWD/.venv/bin
export LIANGTIAN_DATA
LIANGTIAN_DATA=$(mktemp -d)
step() { printf '\n== %s\n' "$*"; }

find_postgres() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }
has_swift() { command -v swift-proxy-server >/dev/null; }
has_postgis() { ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1; }

step "What the tests need"
if ! has_postgis || ! has_swift || [ -z "$(find_chromium)" ] || ! fc-list 2>/dev/null | grep -qi 'noto.*cjk'; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # The server package would start a cluster of its own; the tests use a private one.
    apt-get install -qq -y --no-install-recommends postgresql-common >/dev/null
    sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    # RUNLEVEL=1: packages that bring servers do not start them.
    RUNLEVEL=1 apt-get install -qq -y --no-install-recommends postgresql-15-postgis-3 chromium \
      fonts-noto-cjk fontconfig swift-proxy swift-account swift-container swift-object >/dev/null
  else
    echo "缺少测试所需的软件：PostgreSQL + PostGIS、Chromium、Noto CJK 字体、OpenStack Swift。" >&2
    echo "Debian: apt-get install postgresql-15-postgis-3 chromium fonts-noto-cjk swift-proxy swift-account swift-container swift-object" >&2
    exit 1
  fi
fi
export LIANGTIAN_CHROMIUM
LIANGTIAN_CHROMIUM=$(find_chromium)

step "Style, types and the floors of the house"
"$BIN/ruff" check .
"$BIN/ruff" format --check .
"$BIN/lint-imports"
"$BIN/mypy"
"$BIN/python" tools/web.py run lint
"$BIN/python" tools/web.py run types
"$BIN/python" tools/web.py run test

step "Compiling the overlay once for all that follows"
"$BIN/python" -c "from liangtian.geo.overlay import warm_up; warm_up()"

step "Python tests on SQLite"
"$BIN/pytest" -n 2 --dist loadfile -q -m "not browser"

step "The overlay with every index of its arrays looked at"
NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=$LIANGTIAN_DATA/looked-at "$BIN/pytest" -q tests/geo/test_overlay*.py tests/geo/test_area_worked.py

step "Python tests that meet the database, on PostgreSQL with PostGIS"
"$BIN/python" tools/postgres.py "$BIN/pytest" -n 2 --dist loadfile -q -m "not browser" --database-only

step "Journeys in the browser"
"$BIN/pytest" -q -m browser

if [ "${LIANGTIAN_CLUSTER:-}" = 1 ]; then  # half a gigabyte and some minutes, so only when asked
  step "Overlay on a Spark cluster of this machine"
  command -v java >/dev/null || { echo "缺少 Java 17。Debian: apt-get install openjdk-17-jre-headless" >&2; exit 1; }
  "$BIN/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements/cluster.txt
  "$BIN/pytest" -q -m cluster
fi

rm -rf "$LIANGTIAN_DATA"
