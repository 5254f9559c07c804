"""Why a message cannot be shown or marked."""

from booking.errors import NotFound
from booking.web.locale import N_


class MessageNotFound(NotFound):
    """No such message, or it is someone else's."""

    code = "message_not_found"
    text = N_("没有找到这条消息。您的全部消息都在“消息”里。")
