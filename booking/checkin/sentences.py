"""What a gate says, by the `sentence` of a verdict: one line, the rule, its numbers, and what to do next.

The Chinese texts are the msgids of locale/en.po. They are translated and filled in where they are shown, in the
gate's language: `{opens}`, `{closes}` and `{first_at}` as times people say, the rest as the verdict's numbers.
"""

# gettext's "translate later", so that the extractor finds these texts; booking.web is not in a turnstile's package.
N_ = str

SENTENCES: dict[str, str] = {
    "ok.entry": N_("请进。"),
    "ok.entry_party": N_("请进，这次 {heads} 人，凭证共 {party} 人。"),
    "ok.exit": N_("请慢走。"),
    "ok.annulled": N_("已撤销，这次不算，可以重新刷。"),
    "incomplete.code": N_("请打开凭证页，出示正在变化的二维码，或接着输入下面的 8 位数字。"),
    "incomplete.code_or_identity": N_("请出示正在变化的二维码；也可以请工作人员看一下身份证件。"),
    "incomplete.heads": N_("这张凭证还能进 {left} 人，这次进几人？"),
    "incomplete.heads_out": N_("这张凭证有 {left} 人在里面，这次出几人？"),
    "invalid": N_("认不出这个码。请出示凭证页上的二维码。"),
    "invalid.retired_key": N_("这张凭证的签名已停用。请刷新凭证页，再刷一次。"),
    "unpaid": N_("这张凭证还没有付款。请先付款，再回来刷一次。"),
    "unapproved": N_("这份预约还在等待批准，批准后就能入场。"),
    "blocked": N_("这张凭证已暂停使用。请到服务台问一问。"),
    "canceled": N_("这份预约已经取消，凭证不能再用。"),
    "revoked": N_("这张凭证已作废。请打开凭证页，看有没有换发的新凭证。"),
    "wrong_zone": N_("这张凭证不开这个入口。请看凭证上写的区域。"),
    "wrong_zone.place": N_("这是另一个场馆的凭证。请看凭证上写的地址。"),
    "product": N_("这个入口不收这一种凭证。请换一个入口，或问工作人员。"),
    "invalid_time.early": N_("还没到入场时间。{opens} 开始，到时再来。"),
    "invalid_time.hours": N_("现在不在开放时段。下一次是 {opens} 到 {closes}。"),
    "invalid_time.late": N_("入场时间已过，是 {opens} 到 {closes}。"),
    "code_expired": N_("码已过期，截图不能用。请打开凭证页，出示正在变化的二维码。"),
    "already_redeemed": N_("这张凭证已经用过，入场时间是 {first_at}。"),
    "already_redeemed.party": N_("这张凭证的 {party} 人都已入场，第一次在 {first_at}。"),
    "already_redeemed.hours": N_("这张凭证在本时段已经用过，可入场 {party} 人。下一时段再来。"),
    "already_redeemed.inside": N_("这张凭证可入场 {party} 人，都还在里面。出来时刷一次，就能再进。"),
    "zone_full": N_("里面已有 {inside} 人，最多 {capacity} 人。请稍等，有人出来就能进。"),
    "zone_full.unseen": N_(
        "里面至少 {inside} 人，断网时可能还多 {unseen} 人，最多 {capacity} 人。请稍等，有人出来就能进。"
    ),
    "ambiguous": N_("这张卡现在有几张凭证可用。请出示其中一张的二维码。"),
    "rules.no_entry": N_("没有这张凭证的入场记录。请到服务台登记后离场。"),
    "needs_online": N_("这个码要联网才能核对，现在断网。请走旁边的通道，或请工作人员帮忙。"),
    "needs_online.card": N_("刷卡要联网才能核对，现在断网。请出示凭证页上的二维码。"),
    "clock_untrusted": N_("这台闸机的时间不准，暂时不能验票。请走旁边的通道。"),
    "offline_lease_expired": N_("这台闸机断网太久，暂时不能验票。请走旁边的通道。"),
    "device_revoked": N_("这台闸机已停用。请走旁边的通道。"),
    "error": N_("这张凭证的记录对不上，不是您的问题。请找工作人员帮忙入场。"),
    "annul.other_device": N_("只有刷这一次的那台闸机才能撤销。"),
    "annul.not_admitted": N_("这一次没有放行，不用撤销。"),
    "annul.too_late": N_("超过 15 分钟，不能再撤销。请找工作人员登记。"),
    "annul.moved_on": N_("这张凭证之后又进出过，不能再撤销。"),
}
