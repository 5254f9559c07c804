"""How the service speaks to whoever reads its logs."""

import structlog


def configure_logging() -> None:
    """Structured lines on standard error; called by the command line, never on import."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
