"""How is Temporal reached? By the SDK's standard environment, with pydantic payloads."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from activities.payload_codec import Keyring, data_converter


def is_configured() -> bool:
    """Whether the environment, or a profile that it names, says where Temporal is."""
    return bool(ClientConfig.load_client_connect_config().get("target_host"))


async def connect_temporal(
    address: str = "", *, metrics_address: str = "", keys: Keyring | None = None
) -> Client:
    """A client of the Temporal that the environment names.

    ``TEMPORAL_ADDRESS``, ``TEMPORAL_NAMESPACE``, ``TEMPORAL_API_KEY``, ``TEMPORAL_TLS…`` and
    profiles in ``TEMPORAL_CONFIG_FILE`` are the SDK's own.

    Args:
        address: used when the environment names none: the engine on this machine.
        metrics_address: ``host:port`` of a Prometheus page; one per process; empty for none.
        keys: by which payloads are encrypted; None for payloads in clear.

    Raises:
        RuntimeError: when the server does not answer.
    """
    config = ClientConfig.load_client_connect_config()
    if "target_host" not in config or not config["target_host"]:
        config["target_host"] = address or "127.0.0.1:7233"
    runtime = None
    if metrics_address:
        prometheus = PrometheusConfig(
            bind_address=metrics_address,
            durations_as_seconds=True,
            counters_total_suffix=True,
            unit_suffix=True,
        )
        runtime = Runtime(telemetry=TelemetryConfig(metrics=prometheus))
    return await Client.connect(**config, data_converter=data_converter(keys), runtime=runtime)
