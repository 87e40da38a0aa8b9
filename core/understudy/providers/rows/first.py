"""The providers that most people have a key of."""

from __future__ import annotations

from understudy.providers.base import ProviderRow
from understudy.wire.format import Dialect

FIRST: tuple[ProviderRow, ...] = (
    # https://platform.openai.com/docs/api-reference/chat and /embeddings
    ProviderRow(
        id="openai",
        name="OpenAI",
        wire="openai-chat",
        base_url="https://api.openai.com/v1",
        key_env=("OPENAI_API_KEY",),
        endpoint_env="OPENAI_ENDPOINT",
        models=("gpt-5.4-mini", "gpt-5.5", "gpt-6-luna", "gpt-6-sol", "gpt-5.4-nano"),
        embedding_models=("text-embedding-3-small", "text-embedding-3-large"),
        key_url="https://platform.openai.com/api-keys",
        billing_url="https://platform.openai.com/settings/organization/billing/overview",
        dialect=Dialect(
            max_tokens_name="max_completion_tokens",  # its newer models refuse max_tokens
            reasoning_style="reasoning_effort",
            embedding_batch=256,  # it takes 2,048 texts, but no more than 300,000 tokens in all
        ),
    ),
    # https://platform.claude.com/docs/en/api/messages
    ProviderRow(
        id="anthropic",
        name="Anthropic",
        wire="anthropic",
        base_url="https://api.anthropic.com",
        key_env=("ANTHROPIC_API_KEY",),
        endpoint_env="ANTHROPIC_BASE_URL",
        models=("claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5"),
        key_url="https://platform.claude.com/settings/keys",
        billing_url="https://platform.claude.com/settings/billing",
        bills_after_hanging_up=True,
    ),
    # https://openrouter.ai/docs/api-reference/overview; stream_options has no effect any more, the
    # usage comes unasked: https://openrouter.ai/docs/cookbook/administration/usage-accounting
    ProviderRow(
        id="openrouter",
        name="OpenRouter",
        wire="openai-chat",
        base_url="https://openrouter.ai/api/v1",
        key_env=("OPENROUTER_API_KEY",),
        endpoint_env="OPENROUTER_ENDPOINT",
        models=("openrouter/auto",),
        embedding_models=("openai/text-embedding-3-small", "openai/text-embedding-3-large"),
        key_url="https://openrouter.ai/settings/keys",
        billing_url="https://openrouter.ai/settings/credits",
        dialect=Dialect(
            usage_on_request=False,
            reasoning_style="reasoning",
            reasoning_field="reasoning_details",
        ),
    ),
    # https://ai.google.dev/api/generate-content and /embeddings
    ProviderRow(
        id="gemini",
        name="Gemini",
        wire="gemini",
        base_url="https://generativelanguage.googleapis.com/v1beta",
        key_env=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        endpoint_env="GEMINI_ENDPOINT",
        models=("gemini-3.8-flash", "gemini-3.5-flash", "gemini-3.1-pro-preview"),
        embedding_models=("gemini-embedding-2", "gemini-embedding-001"),
        key_url="https://aistudio.google.com/api-keys",
        billing_url="https://aistudio.google.com/billing",
        dialect=Dialect(embedding_batch=100),
        bills_after_hanging_up=True,
    ),
    # https://console.groq.com/docs/api-reference and https://console.groq.com/docs/reasoning
    ProviderRow(
        id="groq",
        name="Groq",
        wire="openai-chat",
        base_url="https://api.groq.com/openai/v1",
        key_env=("GROQ_API_KEY",),
        endpoint_env="GROQ_ENDPOINT",
        models=("openai/gpt-oss-120b", "openai/gpt-oss-20b", "qwen/qwen3.8-27b"),
        key_url="https://console.groq.com/keys",
        billing_url="https://console.groq.com/settings/billing",
        dialect=Dialect(
            max_tokens_name="max_completion_tokens", reasoning_style="reasoning_effort"
        ),
        bills_after_hanging_up=True,
    ),
    # https://api-docs.deepseek.com/api/create-chat-completion; thoughts that led to a call of a
    # tool are wanted back: https://api-docs.deepseek.com/guides/thinking_mode
    ProviderRow(
        id="deepseek",
        name="DeepSeek",
        wire="openai-chat",
        base_url="https://api.deepseek.com",
        key_env=("DEEPSEEK_API_KEY",),
        models=("deepseek-flash", "deepseek-v4-pro"),
        key_url="https://platform.deepseek.com/api_keys",
        billing_url="https://platform.deepseek.com/top_up",
        dialect=Dialect(reasoning_style="thinking", reasoning_field="reasoning_content"),
    ),
    # https://docs.mistral.ai/api and https://docs.mistral.ai/studio/conversations/reasoning: the
    # usage comes unasked, and an unknown field is a 422
    ProviderRow(
        id="mistral",
        name="Mistral",
        wire="openai-chat",
        base_url="https://api.mistral.ai/v1",
        key_env=("MISTRAL_API_KEY",),
        models=("mistral-small-latest", "mistral-medium-2604", "mistral-large-latest"),
        embedding_models=("mistral-embed", "codestral-embed"),
        key_url="https://console.mistral.ai/api-keys",
        billing_url="https://admin.mistral.ai/organization/billing",
        dialect=Dialect(usage_on_request=False, reasoning_style="reasoning_switch"),
        bills_after_hanging_up=True,
    ),
    # https://docs.x.ai/developers/rest-api-reference
    ProviderRow(
        id="xai",
        name="xAI",
        wire="openai-chat",
        base_url="https://api.x.ai/v1",
        key_env=("XAI_API_KEY",),
        models=("grok-4.7", "grok-4.3"),
        key_url="https://console.x.ai",
        billing_url="https://console.x.ai",
        dialect=Dialect(
            max_tokens_name="max_completion_tokens", reasoning_style="reasoning_effort"
        ),
    ),
)
