"""Reaching out: which notices an order calls for (`plan`), and what becomes of one that is due (`judge`)."""

from bot.notices.alerts import plan_alerts
from bot.notices.judge import Go, Judgement, judge, opening_key
from bot.notices.kinds import OPINIONS, Notice, NoticeKind, Planned, category_of
from bot.notices.news import as_of
from bot.notices.opinions import csat_after
from bot.notices.plan import plan
from bot.notices.truth import NoticeFacts, Told

__all__ = [
    "OPINIONS",
    "Go",
    "Judgement",
    "Notice",
    "NoticeFacts",
    "NoticeKind",
    "Planned",
    "Told",
    "as_of",
    "category_of",
    "csat_after",
    "judge",
    "opening_key",
    "plan",
    "plan_alerts",
]
