"""What can be refused around accounts, sign-ins and roles."""

from booking.errors import BookingError, Conflict, Denied, Invalid, NotFound, Unauthenticated


class TooManyAttempts(BookingError):
    """A limit on tries was reached; the same may be tried again after `retry_after` seconds."""

    code = "too_many_attempts"
    status = 429
    text = "试得太频繁了：{minutes} 分钟内最多 {most} 次。请过 {wait} 分钟再试。"


class WrongCredentials(Unauthenticated):
    """No account has this number or phone with this password; which of the two is wrong is not said."""

    code = "wrong_credentials"
    text = "会员号（或手机号）和密码对不上。请再核对一遍；忘了密码，可以用短信验证码重设。"


class WrongPassword(Invalid):
    """The present password, asked for again before it is replaced, is wrong."""

    code = "wrong_password"
    text = "现在的密码不对。想不起来的话，可以退出后用短信验证码重设。"


class CodeWrong(Invalid):
    """The one-time code is wrong, used up, expired, or was never sent."""

    code = "code_wrong"
    text = "验证码不对，或者已经失效。一个验证码 {minutes} 分钟内有效，最多试 {most} 次；可以重新取一个。"


class TicketExpired(Invalid):
    """The code was right, but the password came too late or a second time."""

    code = "ticket_expired"
    text = "设置密码要在验证后 {minutes} 分钟内完成，并且只能用一次。请重新取一个验证码。"


class PasswordTooShort(Invalid):
    """The password is shorter than the rule asks."""

    code = "password_too_short"
    text = "密码至少要 {least} 个字符，现在是 {length} 个。一句自己记得住的话就很好。"


class PasswordTooLong(Invalid):
    """The password is longer than is read."""

    code = "password_too_long"
    text = "密码最多 {most} 个字符，现在是 {length} 个。"


class PasswordCommon(Invalid):
    """The password is among those that are tried first."""

    code = "password_too_common"
    text = "这个密码太常见，容易被猜到。换几个不相干的词连起来，会安全得多。"


class PasswordPersonal(Invalid):
    """The password contains what others know of the person."""

    code = "password_personal"
    text = "密码里不要有会员号、手机号或姓名，知道您的人会先试这些。"


class NoSuchMember(NotFound):
    """No member has this number, phone or card, or they are outside the asker's reach."""

    code = "no_such_member"
    text = "没有找到这位会员。请核对会员号、手机号或 5·1 卡号。"


class NoSuchOrganisation(NotFound):
    """No node of the tree has this id, or it is outside the asker's reach."""

    code = "no_such_organisation"
    text = "没有找到这个工会组织，或者它不在您管理的范围内。"


class NoSuchSignIn(NotFound):
    """The sign-in ended already, or is someone else's."""

    code = "no_such_sign_in"
    text = "这处登录已经结束了。"


class NoSuchEntry(NotFound):
    """There are no such points, or they were taken back already."""

    code = "no_such_standing_entry"
    text = "没有找到这条扣分记录，或者它已经撤销了。"


class NoSuchPlace(NotFound):
    """No place has this id."""

    code = "no_such_place"
    text = "没有找到这处场馆。"


class TooManyTokens(Conflict):
    """The member has as many named tokens as one may have."""

    code = "too_many_tokens"
    text = "每人最多 {most} 个应用口令，您已经用完。请先停用一个不再使用的。"


class StaffOnly(Denied):
    """Only staff may look up members or hand out codes."""

    code = "staff_only"
    text = "这一页供场馆、疗养院前台和工会干部使用。您的账号没有这些岗位。"


class MayNotGrant(Denied):
    """The one who asks may not give or take back this role there."""

    code = "may_not_grant"
    text = "您不能安排这个岗位。场馆管理员可以安排本馆的检票员，其他岗位由系统管理员安排。"


class StaffCodeRefused(Denied):
    """A code for someone who holds a role is handed out by an administrator alone."""

    code = "staff_code_refused"
    text = "这位会员有工作岗位，账号验证码只能由系统管理员当面发放。"


class ScopeDoesNotFit(Invalid):
    """The role cannot hold over a thing of this kind."""

    code = "scope_does_not_fit"
    text = "这个岗位不能按这个范围安排，可选的范围是：{kinds}。"


class LastAdministrator(Conflict):
    """Without this one nobody could give roles any more."""

    code = "last_administrator"
    text = "这是最后 1 位系统管理员，不能移除。请先安排另一位，再来移除。"


class NoSuchGrant(NotFound):
    """The role is not held there any more."""

    code = "no_such_grant"
    text = "这个岗位已经移除了。"


class UnknownCategory(Invalid):
    """There is no such category of members."""

    code = "unknown_category"
    text = "没有“{category}”这个类别。可以申报的是：{known}。"


class CategoryHeld(Conflict):
    """The category is verified already."""

    code = "category_held"
    text = "这个类别已经认定过了，不用再办。"


class NoSuchClaim(NotFound):
    """The member does not claim this category, or not any more."""

    code = "no_such_claim"
    text = "没有等待认定的这一条：可能本人撤回了，或者别的干部刚刚办过。"


class MayNotVerify(Denied):
    """Categories are verified by officers of the member's organisation, or of one above it."""

    code = "may_not_verify"
    text = "人员类别由会员所在工会或者上级工会的工会干部认定，您的账号管不到这位会员。"


class OwnClaim(Denied):
    """Nobody verifies a category of their own."""

    code = "own_claim"
    text = "自己的类别不能自己认定，请另一位工会干部办理。"


class ReasonMissing(Invalid):
    """Whoever refuses says why: the member reads it."""

    code = "reason_missing"
    text = "请写明不予认定的原因，会员会看到。"
