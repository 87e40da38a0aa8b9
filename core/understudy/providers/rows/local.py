"""Model servers that run on this computer, each at the port that it takes by itself."""

from __future__ import annotations

from understudy.providers.base import ProviderRow
from understudy.wire.format import Dialect

LOCAL: tuple[ProviderRow, ...] = (
    # https://docs.ollama.com/api/chat and https://docs.ollama.com/api/embed
    ProviderRow(
        id="ollama",
        name="Ollama",
        wire="ollama",
        base_url="http://127.0.0.1:11434",
        endpoint_env="OLLAMA_HOST",
        local=True,
        needs_key=False,
    ),
    # https://lmstudio.ai/docs/developer/openai-compat and https://lmstudio.ai/docs/developer/core/authentication
    ProviderRow(
        id="lmstudio",
        name="LM Studio",
        wire="openai-chat",
        base_url="http://127.0.0.1:1234/v1",
        key_env=("LM_API_TOKEN",),
        local=True,
        needs_key=False,
    ),
    # https://github.com/ggml-org/llama.cpp/tree/master/tools/server
    ProviderRow(
        id="llamacpp",
        name="llama.cpp",
        wire="openai-chat",
        base_url="http://127.0.0.1:8080/v1",
        key_env=("LLAMA_API_KEY",),  # what llama-server itself reads for --api-key
        local=True,
        needs_key=False,
    ),
    # https://docs.vllm.ai/en/latest/serving/openai_compatible_server
    ProviderRow(
        id="vllm",
        name="vLLM",
        wire="openai-chat",
        base_url="http://127.0.0.1:8000/v1",
        key_env=("VLLM_API_KEY",),  # what vLLM itself reads for --api-key
        local=True,
        needs_key=False,
        dialect=Dialect(reasoning_style="reasoning_effort"),
    ),
)
