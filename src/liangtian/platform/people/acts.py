"""The acts of signing in, of accounts and of who may do what."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.SESSION,
    {
        "session.start": "登录",
        "session.end": "退出登录",
        "session.end_other": "退出自己的另一处登录",
        "session.refused": "登录失败",
        "session.locked": "登录失败过多被锁定",
        "session.expired": "登录到时自动退出",
    },
)
declare(
    Kind.SECURITY,
    {
        "session.forced_out": "强制退出他人登录",
        "account.create": "建立账号",
        "account.change": "修改账号资料",
        "account.move": "调动人员",
        "account.disable": "停用账号",
        "account.enable": "启用账号",
        "account.reset_password": "重置密码",
        "account.reset_code": "重置动态口令",
        "password.change": "更改密码",
        "password.refused": "更改密码时当前密码错误",
        "code.enrol": "开始绑定动态口令",
        "code.enabled": "启用动态口令",
        "code.disabled": "停用动态口令",
        "code.recovery_used": "使用动态口令恢复码",
        "grant.ask": "提出授权",
        "grant.approve": "批准授权",
        "grant.refuse": "不批准授权",
        "grant.revoke": "收回授权",
        "role.save": "保存角色",
        "security.policy": "更改安全策略",
        "personal.reseal": "重新加密个人信息",
    },
)
declare(
    Kind.CHANGED,
    {
        "office.create": "建立机构",
        "office.change": "修改机构",
        "office.move": "移动机构",
        "office.enable": "启用机构",
        "office.disable": "停用机构",
    },
)
declare(Kind.SAW, {"account.unmask": "查看完整联系电话"})
