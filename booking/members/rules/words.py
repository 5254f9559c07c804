"""The words for what is stored as a code: categories, events of the access log, reasons for points."""

from booking.web.facts import Named
from booking.web.locale import N_

CATEGORY_NAMES = {
    "frontline": N_("一线职工"),
    "sci_tech_talent": N_("科技人才"),
    "model_worker": N_("劳动模范"),
    "hardship": N_("困难职工"),
}
CATEGORIES_IN_MESSAGES = {
    "frontline": Named("一线职工", "frontline worker"),
    "sci_tech_talent": Named("科技人才", "science and technology talent"),
    "model_worker": Named("劳动模范", "model worker"),
    "hardship": Named("困难职工", "member in hardship"),
}
"""The same as facts of a message, which is worded for each reader when they read it."""

EVENT_NAMES = {
    "activated": N_("开通了账号"),
    "signed_in": N_("登录了"),
    "sign_in_failed": N_("密码不对，没有登录"),
    "locked": N_("密码错误太多次，暂停登录"),
    "signed_out": N_("退出了登录"),
    "sign_in_ended": N_("结束了一处登录"),
    "others_ended": N_("结束了其他所有登录"),
    "all_ended": N_("结束了所有登录"),
    "password_changed": N_("修改了密码"),
    "password_reset": N_("用验证码重设了密码"),
    "code_sent": N_("发出了短信验证码"),
    "code_at_counter": N_("前台工作人员当面发出了验证码"),
    "token_made": N_("新建了应用口令"),
    "token_ended": N_("停用了应用口令"),
    "role_granted": N_("得到了一个岗位"),
    "role_revoked": N_("交还了一个岗位"),
}

STANDING_REASONS = {
    "no_show": N_("约了没来"),
    "late_cancellation": N_("临近开始才取消"),
    "other": N_("其他"),
}

PURPOSES = ("activation", "reset")
"""What a one-time code is for."""
