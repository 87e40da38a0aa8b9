"""Providers from China: the host for the world first, then the one for the mainland.

The two hosts refuse each other's keys, though both documentations name one variable. The host for
the world reads that one, the other the same with ``_CN`` in it; GLM and SiliconFlow are the other
way round, as their Chinese host was there first.
"""

from __future__ import annotations

from understudy.providers.base import ProviderRow
from understudy.wire.format import Dialect

# Thoughts are wanted back while tools are called, and the usage comes unasked in the last chunk:
# https://docs.z.ai/guides/capabilities/thinking-mode and https://docs.z.ai/guides/capabilities/streaming
_GLM = Dialect(
    usage_on_request=False,
    reasoning_style="thinking",
    reasoning_field="reasoning_content",
)

# https://platform.kimi.ai/docs/api/chat and https://platform.kimi.ai/docs/guide/use-thinking-models
_KIMI = Dialect(
    max_tokens_name="max_completion_tokens",
    reasoning_style="thinking",
    reasoning_field="reasoning_content",
)

# https://www.alibabacloud.com/help/en/model-studio/deep-thinking
_QWEN = Dialect(reasoning_style="enable_thinking", embedding_batch=10)

# https://platform.minimax.io/docs/api-reference/text-openai-api: thoughts stand in the text unless
# it is told to split them off, and they cannot be switched off.
_MINIMAX = Dialect(max_tokens_name="max_completion_tokens", reasoning_field="reasoning_details")

# https://docs.siliconflow.cn/docs/api/chat-completions-post
_SILICONFLOW = Dialect(reasoning_style="enable_thinking", embedding_batch=32)

CHINA: tuple[ProviderRow, ...] = (
    # https://docs.z.ai/api-reference/llm/chat-completion
    ProviderRow(
        id="zai",
        name="Z.AI",
        wire="openai-chat",
        base_url="https://api.z.ai/api/paas/v4",
        key_env=("ZAI_API_KEY",),
        models=("glm-5.3-flash", "glm-5.3", "glm-4.7-flash"),
        key_url="https://z.ai/manage-apikey/apikey-list",
        billing_url="https://z.ai/manage-apikey/billing",
        dialect=_GLM,
    ),
    # https://docs.bigmodel.cn/api-reference
    ProviderRow(
        id="glm4",
        name="Zhipu GLM (China)",
        wire="openai-chat",
        base_url="https://open.bigmodel.cn/api/paas/v4",
        key_env=("GLM4_API_KEY", "ZHIPUAI_API_KEY", "ZHIPU_API_KEY", "BIGMODEL_API_KEY"),
        endpoint_env="GLM4_ENDPOINT",
        models=("glm-5.3-flash", "glm-5.3", "glm-4.7-flash"),
        embedding_models=("embedding-3",),
        key_url="https://bigmodel.cn/usercenter/proj-mgmt/apikeys",
        billing_url="https://bigmodel.cn/finance-center/finance/pay",
        dialect=_GLM,
    ),
    ProviderRow(
        id="moonshot",
        name="Moonshot",
        wire="openai-chat",
        base_url="https://api.moonshot.ai/v1",
        key_env=("MOONSHOT_API_KEY",),
        models=("kimi-k2.6", "kimi-k3"),
        key_url="https://platform.kimi.ai/console/api-keys",
        billing_url="https://platform.kimi.ai/console/pay",
        dialect=_KIMI,
    ),
    ProviderRow(
        id="moonshotcn",
        name="Moonshot (China)",
        wire="openai-chat",
        base_url="https://api.moonshot.cn/v1",
        key_env=("MOONSHOT_CN_API_KEY",),
        models=("kimi-k2.6", "kimi-k3"),
        key_url="https://platform.kimi.com/console/api-keys",
        billing_url="https://platform.kimi.com/console/pay",
        dialect=_KIMI,
    ),
    # https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope
    ProviderRow(
        id="qwen",
        name="Qwen",
        wire="openai-chat",
        base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        key_env=("DASHSCOPE_API_KEY",),
        models=("qwen-plus", "qwen-flash", "qwen3-max"),
        embedding_models=("text-embedding-v4", "text-embedding-v3"),
        key_url="https://modelstudio.console.alibabacloud.com/?tab=dashboard#/api-key",
        billing_url="https://usercenter2-intl.aliyun.com/billing",
        dialect=_QWEN,
        bills_after_hanging_up=True,
    ),
    # https://help.aliyun.com/zh/model-studio/compatibility-of-openai-with-dashscope
    ProviderRow(
        id="qwencn",
        name="Qwen (China)",
        wire="openai-chat",
        base_url="https://dashscope.aliyuncs.com/compatible-mode/v1",
        key_env=("DASHSCOPE_CN_API_KEY",),
        models=("qwen-plus", "qwen-flash", "qwen3-max"),
        embedding_models=("text-embedding-v4", "text-embedding-v3"),
        key_url="https://bailian.console.aliyun.com/?tab=model#/api-key",
        billing_url="https://usercenter2.aliyun.com/billing",
        dialect=_QWEN,
        bills_after_hanging_up=True,
    ),
    ProviderRow(
        id="minimax",
        name="MiniMax",
        wire="openai-chat",
        base_url="https://api.minimax.io/v1",
        key_env=("MINIMAX_API_KEY",),
        models=("MiniMax-M3", "MiniMax-M2.7"),
        key_url="https://platform.minimax.io/user-center/basic-information/interface-key",
        billing_url="https://platform.minimax.io/user-center/payment/balance",
        dialect=_MINIMAX,
        bills_after_hanging_up=True,
    ),
    ProviderRow(
        id="minimaxcn",
        name="MiniMax (China)",
        wire="openai-chat",
        base_url="https://api.minimaxi.com/v1",
        key_env=("MINIMAX_CN_API_KEY",),
        models=("MiniMax-M3", "MiniMax-M2.7"),
        key_url="https://platform.minimaxi.com/user-center/basic-information/interface-key",
        billing_url="https://platform.minimaxi.com/user-center/payment/balance",
        dialect=_MINIMAX,
        bills_after_hanging_up=True,
    ),
    ProviderRow(
        id="siliconflow",
        name="SiliconFlow (China)",
        wire="openai-chat",
        base_url="https://api.siliconflow.cn/v1",
        key_env=("SILICONFLOW_API_KEY", "SILICONFLOW_CN_API_KEY"),
        endpoint_env="SILICONFLOW_ENDPOINT",
        models=("deepseek-ai/DeepSeek-V4-Flash", "Pro/zai-org/GLM-5.1"),
        embedding_models=("BAAI/bge-m3", "Qwen/Qwen3-Embedding-8B"),
        key_url="https://cloud.siliconflow.cn/account/ak",
        billing_url="https://cloud.siliconflow.cn/expensebill",
        dialect=_SILICONFLOW,
    ),
    # https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions
    ProviderRow(
        id="siliconflowcom",
        name="SiliconFlow",
        wire="openai-chat",
        base_url="https://api.siliconflow.com/v1",
        key_env=("SILICONFLOW_COM_API_KEY",),
        models=("deepseek-ai/DeepSeek-V4-Flash", "deepseek-ai/DeepSeek-V4-Pro"),
        embedding_models=("Qwen/Qwen3-Embedding-8B",),
        key_url="https://cloud.siliconflow.com/account/ak",
        billing_url="https://cloud.siliconflow.com/bills",
        dialect=_SILICONFLOW,
    ),
    # https://modelscope.cn/docs/model-service/API-Inference/intro: free, up to a number of calls a
    # day, which the page of the limits tells.
    ProviderRow(
        id="modelscope",
        name="ModelScope",
        wire="openai-chat",
        base_url="https://api-inference.modelscope.cn/v1",
        key_env=("MODELSCOPE_API_KEY", "MODELSCOPE_SDK_TOKEN"),
        endpoint_env="MODELSCOPE_ENDPOINT",
        models=("deepseek-ai/DeepSeek-V4-Flash", "Qwen/Qwen3-30B-A3B-Instruct-2507"),
        key_url="https://modelscope.cn/my/myaccesstoken",
        billing_url="https://modelscope.cn/docs/model-service/API-Inference/limits",
    ),
)
