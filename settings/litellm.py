"""LiteLLM: one OpenAI-compatible address for models of Amazon Bedrock."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from settings.model import Model, Refusal
from settings.tasks import Cpu, MemoryMib, unsold_memory
from settings.versions import LITELLM

MODEL_ID = r"^[a-z0-9-]+(\.[a-z0-9-]+)*(\.[A-Za-z0-9-]+)(:\d+)?(:\d+)?$"


class BedrockModel(Model):
    """One model that users may choose."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["claude-sonnet"])]
    """What users see."""
    model_id: Annotated[
        str,
        Field(pattern=MODEL_ID, max_length=256, examples=["us.anthropic.claude-sonnet-4-5-20250929-v1:0"]),
    ]
    """Bedrock model id or inference profile id, such as `us.anthropic.claude-sonnet-4-5-20250929-v1:0`."""
    embedding: bool = False
    """The model makes embeddings; it can be named in `application.embedding`."""


class LiteLLMSettings(Model):
    """A LiteLLM service in the same cluster, reached by service discovery, with permission for the named
    models alone."""

    models: Annotated[
        tuple[BedrockModel, ...],
        Field(
            min_length=1,
            max_length=50,
            examples=[
                [{"name": "claude-sonnet", "model_id": "us.anthropic.claude-sonnet-4-5-20250929-v1:0"}]
            ],
        ),
    ]
    """Models that are offered."""
    image_tag: Annotated[str, Field(pattern=r"^v\d+\.\d+\.\d+$", examples=[LITELLM])] = LITELLM
    """Exact version of the image."""
    image_digest: (
        Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$", examples=["sha256:" + "0f" * 32])] | None
    ) = None
    """Digest of the image, which then wins over what the tag points to."""
    cpu: Cpu = 1024
    """CPU units of its task."""
    memory_mib: MemoryMib = 2048
    """Memory of its task in MiB."""

    def refusals(self) -> Iterator[Refusal]:
        yield from unsold_memory(self.cpu, self.memory_mib)
        names = [model.name for model in self.models]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Refusal(f"the name {name} stands for two models; give each its own", "models")
