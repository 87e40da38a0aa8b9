"""Other doors to models: OpenAI's second API, the clouds of large companies, Ollama's cloud."""

from __future__ import annotations

from understudy.providers.base import ProviderRow
from understudy.wire.format import Dialect

PLATFORMS: tuple[ProviderRow, ...] = (
    # https://platform.openai.com/docs/api-reference/responses
    ProviderRow(
        id="openairesponses",
        name="OpenAI Responses",
        wire="openai-responses",
        base_url="https://api.openai.com/v1",
        key_env=("OPENAI_API_KEY",),
        endpoint_env="OPENAI_ENDPOINT",
        models=("gpt-6-luna", "gpt-6-sol", "gpt-6-astra", "gpt-5.4-mini"),
        key_url="https://platform.openai.com/api-keys",
        billing_url="https://platform.openai.com/settings/organization/billing/overview",
    ),
    # https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle: the model is the
    # name that one gave the deployment, which is the model's own where nobody changed it.
    ProviderRow(
        id="azure",
        name="Azure OpenAI",
        wire="openai-chat",
        base_url="https://{resource}.openai.azure.com/openai/v1",
        key_env=("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
        endpoint_env="AZURE_OPENAI_ENDPOINT",
        models=("gpt-5.4-mini", "gpt-5.5"),
        embedding_models=("text-embedding-3-small", "text-embedding-3-large"),
        key_url="https://portal.azure.com",
        billing_url="https://portal.azure.com",
        auth="api-key",
        dialect=Dialect(
            max_tokens_name="max_completion_tokens",
            reasoning_style="reasoning_effort",
            embedding_batch=256,
        ),
    ),
    # https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/overview: a key of
    # express mode and no project. It lists no models.
    ProviderRow(
        id="vertex",
        name="Vertex AI",
        wire="gemini",
        base_url="https://aiplatform.googleapis.com/v1/publishers/google",
        key_env=("GOOGLE_VERTEX_API_KEY", "VERTEX_API_KEY"),
        models=("gemini-3.5-flash", "gemini-2.5-flash", "gemini-2.5-pro"),
        key_url="https://console.cloud.google.com/vertex-ai/studio/settings/api-keys",
        billing_url="https://console.cloud.google.com/billing",
        bills_after_hanging_up=True,
    ),
    # https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html
    ProviderRow(
        id="bedrock",
        name="Amazon Bedrock",
        wire="openai-chat",
        base_url="https://bedrock-runtime.{region}.amazonaws.com/openai/v1",
        key_env=("AWS_BEARER_TOKEN_BEDROCK",),
        models=("openai.gpt-oss-120b-1:0", "openai.gpt-oss-20b-1:0"),
        key_url="https://console.aws.amazon.com/bedrock/home#/api-keys",
        billing_url="https://console.aws.amazon.com/costmanagement/home",
        dialect=Dialect(
            max_tokens_name="max_completion_tokens", reasoning_style="reasoning_effort"
        ),
        bills_after_hanging_up=True,
    ),
    # https://docs.ollama.com/cloud and https://docs.ollama.com/api/authentication
    ProviderRow(
        id="ollamacloud",
        name="Ollama Cloud",
        wire="ollama",
        base_url="https://ollama.com",
        key_env=("OLLAMA_API_KEY",),
        models=("gpt-oss:120b", "gpt-oss:20b", "qwen3-coder:480b"),
        key_url="https://ollama.com/settings/keys",
        billing_url="https://ollama.com/settings",
    ),
)
