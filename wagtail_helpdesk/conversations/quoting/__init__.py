"""Which words of an answer are new, and which its writer's mail program only repeated."""

from .delimiter import OUR_DELIMITER, is_delimiter, reply_delimiter
from .reply import Reason, ReplySplit, split_reply

__all__ = ["OUR_DELIMITER", "Reason", "ReplySplit", "is_delimiter", "reply_delimiter", "split_reply"]
