"""Settings of operations: which may run, and how often for one client."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from edge.admission import AdmissionLimits
from edge.persisted import Documents, read_manifest
from edge.rate_limits import ClientLimits


def _readable(path: Path) -> Path:
    try:
        read_manifest(path)
    except OSError as error:
        raise ValueError(f"the file cannot be read ({error.strerror})") from None
    except (KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError(f"it is not a manifest of trusted documents ({error})") from None
    return path


class OperationSettings(BaseModel):
    """Operations."""

    persisted_queries: bool = Field(True, description="Let clients name operations by hash (Apollo's protocol).")
    limit_persisted_bytes: int = Field(
        4_000_000, ge=1, description="The memory for operations that clients name by hash."
    )
    trusted_documents: Annotated[Path, AfterValidator(_readable)] | None = Field(
        None,
        description=(
            "A manifest of operations as graphql-codegen, Relay or Apollo write it. Requests name them by `documentId` "
            "or hash."
        ),
        examples=["persisted-documents.json"],
    )
    trusted_documents_only: bool = Field(
        True, description="Where `TRUSTED_DOCUMENTS` is set, run nothing else. `false`: run other operations too."
    )

    limit_client_cost: int = Field(
        1_000_000,
        ge=0,
        description=(
            "What the operations of one client may cost in a minute: 1 for each 100 bytes of a request, and the cost "
            "of the gateway's fields in it. Cached answers are free. 0: no limit."
        ),
    )
    limit_client_cached_answers: int = Field(
        30_000, ge=0, description="The cached answers that one client may have in a minute. 0: no limit."
    )
    limit_client_failed_tokens: int = Field(
        10, ge=0, description="The wrong staff tokens that one client may show in a minute. 0: no limit."
    )

    limit_operations_at_once: int = Field(
        200, ge=1, description="The operations that run at once, beside cached answers and webhooks."
    )
    limit_operations_waiting: int = Field(
        400, ge=0, description="The operations that wait for others to end. More are answered 503 at once."
    )
    limit_loop_lateness_ms: int = Field(
        50,
        ge=0,
        description=(
            "How many milliseconds an operation may wait for its turn in the event loop, which long work takes. When "
            "it is more for half a second, new ones are answered 503. Cached answers, stale ones too, are served all "
            "the same. 0: no limit."
        ),
    )
    deadline_admission_s: float = Field(
        1.0, gt=0, description="The seconds that an operation waits for others to end before it is answered 503."
    )

    def admission_limits(self) -> AdmissionLimits:
        """How many operations run, and wait, at once."""
        return AdmissionLimits(
            self.limit_operations_at_once,
            self.limit_operations_waiting,
            self.deadline_admission_s,
            self.limit_loop_lateness_ms / 1_000,
        )

    def client_limits(self) -> ClientLimits:
        """What one client may do in a minute."""
        return ClientLimits(self.limit_client_cost, self.limit_client_cached_answers, self.limit_client_failed_tokens)

    def documents(self) -> Documents:
        """The operations that requests may name."""
        trusted = None if self.trusted_documents is None else read_manifest(self.trusted_documents)
        return Documents(
            trusted,
            only_trusted=trusted is not None and self.trusted_documents_only,
            max_bytes=self.limit_persisted_bytes if self.persisted_queries else 0,
        )
