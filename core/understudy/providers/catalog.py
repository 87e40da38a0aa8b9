"""Every provider that Understudy knows by itself: one row each. README.md tells how to add one.

Addresses and parameters are from each provider's own API reference. Models are known good ids of
2026-08 to begin with; ``GET /models`` replaces them.
"""

from __future__ import annotations

from understudy.providers.base import ProviderRow
from understudy.wire.format import Dialect

CATALOG: tuple[ProviderRow, ...] = (
    ProviderRow(
        id="openai",
        name="OpenAI",
        wire="openai-chat",
        base_url="https://api.openai.com/v1",
        key_env=("OPENAI_API_KEY",),
        endpoint_env="OPENAI_ENDPOINT",
        models=("gpt-5.4-mini", "gpt-5.5", "gpt-5.4-nano"),
        key_url="https://platform.openai.com/api-keys",
        billing_url="https://platform.openai.com/settings/organization/billing/overview",
        dialect=Dialect(max_tokens_name="max_completion_tokens"),  # its newer models refuse max_tokens
    ),
    ProviderRow(
        id="openrouter",
        name="OpenRouter",
        wire="openai-chat",
        base_url="https://openrouter.ai/api/v1",
        key_env=("OPENROUTER_API_KEY",),
        models=("openrouter/auto",),
        key_url="https://openrouter.ai/settings/keys",
        billing_url="https://openrouter.ai/settings/credits",
    ),
    ProviderRow(
        id="groq",
        name="Groq",
        wire="openai-chat",
        base_url="https://api.groq.com/openai/v1",
        key_env=("GROQ_API_KEY",),
        models=(
            "openai/gpt-oss-120b",
            "openai/gpt-oss-20b",
            "llama-3.3-70b-versatile",
            "llama-3.1-8b-instant",
        ),
        key_url="https://console.groq.com/keys",
        billing_url="https://console.groq.com/settings/billing",
        dialect=Dialect(max_tokens_name="max_completion_tokens"),
    ),
    ProviderRow(
        id="deepseek",
        name="DeepSeek",
        wire="openai-chat",
        base_url="https://api.deepseek.com",
        key_env=("DEEPSEEK_API_KEY",),
        models=("deepseek-v4-flash", "deepseek-v4-pro"),
        key_url="https://platform.deepseek.com/api_keys",
        billing_url="https://platform.deepseek.com/top_up",
    ),
    ProviderRow(
        id="mistral",
        name="Mistral",
        wire="openai-chat",
        base_url="https://api.mistral.ai/v1",
        key_env=("MISTRAL_API_KEY",),
        models=("mistral-small-latest", "mistral-medium-2604", "mistral-large-latest"),
        key_url="https://console.mistral.ai/api-keys",
        billing_url="https://admin.mistral.ai/organization/billing",
        dialect=Dialect(usage_on_request=False),  # sends it unasked; unknown fields are a 422 there
    ),
    ProviderRow(
        id="ollama",
        name="Ollama",
        wire="openai-chat",
        base_url="http://127.0.0.1:11434/v1",
        endpoint_env="OLLAMA_HOST",
        local=True,
        needs_key=False,
    ),
    ProviderRow(
        id="lmstudio",
        name="LM Studio",
        wire="openai-chat",
        base_url="http://127.0.0.1:1234/v1",
        local=True,
        needs_key=False,
    ),
    ProviderRow(
        id="llamacpp",
        name="llama.cpp",
        wire="openai-chat",
        base_url="http://127.0.0.1:8080/v1",
        key_env=("LLAMA_API_KEY",),  # what llama-server itself reads for --api-key
        local=True,
        needs_key=False,
    ),
)
"""In the order in which they stand where nobody has set one."""

_ROWS = {row.id: row for row in CATALOG}


def row(provider: str) -> ProviderRow | None:
    """Return the row of this id; None where the catalogue has none."""
    return _ROWS.get(provider)
