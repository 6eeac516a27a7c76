"""What this process has done since it started, in counts: webhooks, attempts to forward orders, checks of webhooks."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from resolvers.orders.journal import AttemptResult, System
from resolvers.subscriptions import SubscriptionStep


@dataclass(frozen=True, slots=True)
class WebhookKey:
    """Webhooks of one sender that ended alike. `outcome` is the word of the log, or `refused`."""

    sender: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ForwardKey:
    """Attempts of one kind at one system that ended alike."""

    system: System
    action: str
    result: AttemptResult


@dataclass(frozen=True, slots=True)
class SubscriptionCheck:
    """The last look at the webhook subscriptions. `failure`: they could not be read."""

    checked_at: datetime
    steps: Sequence[SubscriptionStep] = ()
    failure: str | None = None


@dataclass(slots=True)
class Activity:
    """One per process."""

    now: Callable[[], datetime]
    started_at: datetime = field(init=False)
    webhooks: Counter[WebhookKey] = field(default_factory=Counter, init=False)
    last_webhook_at: dict[str, datetime] = field(default_factory=dict, init=False)
    forwards: Counter[ForwardKey] = field(default_factory=Counter, init=False)
    limit_refusals: Counter[str] = field(default_factory=Counter, init=False)
    subscriptions: SubscriptionCheck | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.started_at = self.now()

    def count_webhook(self, sender: str, outcome: str) -> None:
        """Counts a webhook whose sender was proven."""
        self.webhooks[WebhookKey(sender, outcome)] += 1
        self.last_webhook_at[sender] = self.now()

    def count_refused_webhook(self, sender: str) -> None:
        """Counts a request at a webhook's path that was refused. Anybody can send one."""
        self.webhooks[WebhookKey(sender, "refused")] += 1

    def count_forward(self, system: System, action: str, result: AttemptResult) -> None:
        """Counts an attempt at Printful, at the point of sale or in Shopify."""
        self.forwards[ForwardKey(system, action, result)] += 1

    def count_limit_refusal(self, limit: str) -> None:
        """Counts that one of a client's limits refused something."""
        self.limit_refusals[limit] += 1

    def note_subscriptions(self, steps: Sequence[SubscriptionStep] = (), failure: str | None = None) -> None:
        """Notes how a check of the webhook subscriptions ended."""
        self.subscriptions = SubscriptionCheck(self.now(), steps, failure)
