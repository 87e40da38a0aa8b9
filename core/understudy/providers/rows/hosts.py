"""Companies that serve many makers' models, and makers who are asked for something special."""

from __future__ import annotations

from understudy.providers.base import ProviderRow
from understudy.wire.format import Dialect

HOSTS: tuple[ProviderRow, ...] = (
    # https://inference-docs.cerebras.ai/api-reference/chat-completions
    ProviderRow(
        id="cerebras",
        name="Cerebras",
        wire="openai-chat",
        base_url="https://api.cerebras.ai/v1",
        key_env=("CEREBRAS_API_KEY",),
        endpoint_env="CEREBRAS_ENDPOINT",
        models=("gpt-oss-120b", "qwen-3.8-27b"),
        key_url="https://cloud.cerebras.ai",
        billing_url="https://cloud.cerebras.ai",
        dialect=Dialect(
            max_tokens_name="max_completion_tokens", reasoning_style="reasoning_effort"
        ),
    ),
    # https://docs.together.ai/reference/chat-completions
    ProviderRow(
        id="together",
        name="Together",
        wire="openai-chat",
        base_url="https://api.together.ai/v1",
        key_env=("TOGETHER_API_KEY",),
        models=("openai/gpt-oss-120b", "deepseek-ai/DeepSeek-V4.1-Flash", "zai-org/GLM-5.3"),
        key_url="https://api.together.ai/settings/api-keys",
        billing_url="https://api.together.ai/settings/billing",
        dialect=Dialect(reasoning_style="reasoning_effort"),
    ),
    # https://docs.fireworks.ai/api-reference/post-chatcompletions
    ProviderRow(
        id="fireworks",
        name="Fireworks",
        wire="openai-chat",
        base_url="https://api.fireworks.ai/inference/v1",
        key_env=("FIREWORKS_API_KEY",),
        models=(
            "accounts/fireworks/models/gpt-oss-120b",
            "accounts/fireworks/models/glm-5p3",
            "accounts/fireworks/models/kimi-k3",
        ),
        embedding_models=("nomic-ai/nomic-embed-text-v1.5",),
        key_url="https://app.fireworks.ai/settings/users/api-keys",
        billing_url="https://app.fireworks.ai/account/billing",
        dialect=Dialect(reasoning_style="reasoning_effort", reasoning_field="reasoning_content"),
    ),
    # https://docs.perplexity.ai/api-reference/sonar-post: the usage stands in every chunk
    ProviderRow(
        id="perplexity",
        name="Perplexity",
        wire="openai-chat",
        base_url="https://api.perplexity.ai",
        key_env=("PERPLEXITY_API_KEY",),
        models=("sonar", "sonar-pro", "sonar-reasoning-pro"),
        key_url="https://www.perplexity.ai/account/api/keys",
        billing_url="https://www.perplexity.ai/account/api/billing",
        dialect=Dialect(usage_on_request=False, reasoning_style="reasoning_effort"),
        bills_after_hanging_up=True,
    ),
    # https://docs.cohere.com/docs/compatibility-api: stream_options is not among the parameters.
    # It takes 96 texts: https://docs.cohere.com/reference/embed
    ProviderRow(
        id="cohere",
        name="Cohere",
        wire="openai-chat",
        base_url="https://api.cohere.ai/compatibility/v1",
        key_env=("COHERE_API_KEY", "CO_API_KEY"),
        models=("command-a-plus-05-2026", "command-a-03-2025", "command-r7b-12-2024"),
        embedding_models=("embed-v4.0",),
        key_url="https://dashboard.cohere.com/api-keys",
        billing_url="https://dashboard.cohere.com/billing",
        dialect=Dialect(
            usage_on_request=False, reasoning_style="reasoning_switch", embedding_batch=96
        ),
    ),
    # https://huggingface.co/docs/inference-providers/tasks/chat-completion
    ProviderRow(
        id="huggingface",
        name="Hugging Face",
        wire="openai-chat",
        base_url="https://router.huggingface.co/v1",
        key_env=("HF_TOKEN",),
        models=("openai/gpt-oss-120b", "zai-org/GLM-5", "Qwen/Qwen3.5-397B-A17B"),
        key_url="https://huggingface.co/settings/tokens",
        billing_url="https://huggingface.co/settings/billing",
        dialect=Dialect(reasoning_style="reasoning_effort"),
        bills_after_hanging_up=True,
    ),
    # https://docs.api.nvidia.com/nim/reference/llm-apis
    ProviderRow(
        id="nvidia",
        name="NVIDIA",
        wire="openai-chat",
        base_url="https://integrate.api.nvidia.com/v1",
        key_env=("NVIDIA_API_KEY",),
        models=("openai/gpt-oss-120b", "meta/llama-3.3-70b-instruct"),
        key_url="https://build.nvidia.com/settings/api-keys",
        billing_url="https://build.nvidia.com",
    ),
    # https://docs.deepinfra.com/chat/reasoning and https://docs.deepinfra.com/apis/embeddings
    ProviderRow(
        id="deepinfra",
        name="DeepInfra",
        wire="openai-chat",
        base_url="https://api.deepinfra.com/v1/openai",
        key_env=("DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"),
        models=("openai/gpt-oss-120b", "deepseek-ai/DeepSeek-V4-Flash", "zai-org/GLM-5.2"),
        embedding_models=("Qwen/Qwen3-Embedding-8B", "BAAI/bge-m3"),
        key_url="https://deepinfra.com/dash/api_keys",
        billing_url="https://deepinfra.com/dash/billing",
        dialect=Dialect(reasoning_style="reasoning"),
    ),
    # https://docs.sambanova.ai/docs/en/api-reference/endpoints/chat
    ProviderRow(
        id="sambanova",
        name="SambaNova",
        wire="openai-chat",
        base_url="https://api.sambanova.ai/v1",
        key_env=("SAMBANOVA_API_KEY",),
        models=("gpt-oss-120b", "Meta-Llama-3.3-70B-Instruct", "DeepSeek-V3.1"),
        key_url="https://cloud.sambanova.ai/apis",
        billing_url="https://cloud.sambanova.ai/plans/billing",
        bills_after_hanging_up=True,
    ),
    # https://docs.tokenfactory.nebius.com/api-reference/introduction
    ProviderRow(
        id="nebius",
        name="Nebius",
        wire="openai-chat",
        base_url="https://api.tokenfactory.nebius.com/v1",
        key_env=("NEBIUS_API_KEY",),
        models=("openai/gpt-oss-120b", "Qwen/Qwen3-235B-A22B-Instruct-2507"),
        embedding_models=("Qwen/Qwen3-Embedding-8B",),
        key_url="https://tokenfactory.nebius.com",
        billing_url="https://tokenfactory.nebius.com",
        dialect=Dialect(reasoning_style="reasoning_effort"),
        bills_after_hanging_up=True,
    ),
    # https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion
    ProviderRow(
        id="novita",
        name="Novita",
        wire="openai-chat",
        base_url="https://api.novita.ai/openai/v1",
        key_env=("NOVITA_API_KEY",),
        models=("zai-org/glm-5.3-flash", "meta-llama/llama-3.3-70b-instruct"),
        embedding_models=("baai/bge-m3",),
        key_url="https://novita.ai/settings/key-management",
        billing_url="https://novita.ai/billing",
        dialect=Dialect(reasoning_style="enable_thinking"),
    ),
    # https://console.upstage.ai/api/chat and https://console.upstage.ai/docs/capabilities/embed
    ProviderRow(
        id="upstage",
        name="Upstage",
        wire="openai-chat",
        base_url="https://api.upstage.ai/v1",
        key_env=("UPSTAGE_API_KEY",),
        models=("solar-pro4", "solar-pro3", "solar-mini"),
        embedding_models=("solar-embedding-2-passage", "solar-embedding-2-query"),
        key_url="https://console.upstage.ai/api-keys",
        billing_url="https://console.upstage.ai/billing",
        dialect=Dialect(reasoning_style="reasoning_effort"),
    ),
)
