"""The first tables."""

import sqlalchemy as sa
from alembic import op

from booking.db import JSONText, UTCDateTime
from booking.db.types import INT64

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "allotment_nights",
        sa.Column("place_id", INT64, autoincrement=False, nullable=False),
        sa.Column("type_id", INT64, autoincrement=False, nullable=False),
        sa.Column("night", INT64, autoincrement=False, nullable=False),
        sa.Column("allotment_id", INT64, autoincrement=False, nullable=False),
        sa.Column("capacity", INT64, nullable=False),
        sa.Column("taken", INT64, nullable=False),
        sa.Column("over_limit", INT64, nullable=False),
        sa.Column("over_taken", INT64, nullable=False),
        sa.CheckConstraint(
            "over_taken >= 0 AND over_taken <= over_limit", name=op.f("ck_allotment_nights_within_overbooking")
        ),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name=op.f("ck_allotment_nights_within_capacity")),
        sa.PrimaryKeyConstraint("place_id", "type_id", "night", "allotment_id", name=op.f("pk_allotment_nights")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attempt_counters",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("taken", INT64, nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt_counters")),
    )
    with op.batch_alter_table("attempt_counters") as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_counters_until"), ["until"], unique=False)

    op.create_table(
        "audit_entries",
        sa.Column("place_id", INT64, autoincrement=False, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", JSONText(), nullable=False),
        sa.Column("seal_id", INT64, nullable=True),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries") as batch_op:
        batch_op.create_index("ix_audit_entries_seal", ["place_id", "seal_id"], unique=False)
        batch_op.create_index("ix_audit_entries_subject", ["place_id", "subject"], unique=False)

    op.create_table(
        "audit_seals",
        sa.Column("place_id", INT64, autoincrement=False, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("entries", INT64, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_audit_seals")),
    )
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("member_id", INT64, autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
    )
    op.create_table(
        "changes",
        sa.Column("place_id", INT64, autoincrement=False, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("request", JSONText(), nullable=False),
        sa.Column("plan", JSONText(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("drafted_by", INT64, nullable=False),
        sa.Column("drafted_at", UTCDateTime(), nullable=False),
        sa.Column("applied_by", INT64, nullable=True),
        sa.Column("applied_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", INT64, nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("status IN ('drafted', 'applied', 'undone')", name=op.f("ck_changes_status")),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_changes")),
    )
    op.create_table(
        "claims",
        sa.Column("place_id", INT64, autoincrement=False, nullable=False),
        sa.Column("facility_id", INT64, autoincrement=False, nullable=False),
        sa.Column("half_hour", INT64, autoincrement=False, nullable=False),
        sa.Column("unit_id", INT64, autoincrement=False, nullable=False),
        sa.Column("booking_id", INT64, nullable=True),
        sa.Column("block_id", INT64, nullable=True),
        sa.PrimaryKeyConstraint("place_id", "facility_id", "half_hour", "unit_id", name=op.f("pk_claims")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", INT64, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", INT64, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency_keys")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("idempotency_keys") as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_created_at"), ["created_at"], unique=False)

    op.create_table(
        "inbox_messages",
        sa.Column("member_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("params", JSONText(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("member_id", "id", name=op.f("pk_inbox_messages")),
    )
    op.create_table(
        "loads",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("chunks", INT64, nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("completed_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_loads")),
    )
    op.create_table(
        "member_counters",
        sa.Column("member_id", INT64, autoincrement=False, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("taken", INT64, nullable=False),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_member_counters_not_negative")),
        sa.PrimaryKeyConstraint("member_id", "rule", "period", name=op.f("pk_member_counters")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "opening_rules",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("facility_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("place_id", "facility_id", "id", name=op.f("pk_opening_rules")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent_id", INT64, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("members", INT64, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("code", name=op.f("uq_organisations_code")),
    )
    with op.batch_alter_table("organisations") as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_path"), ["path"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", JSONText(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("available_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", INT64, nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.create_index(
            "ix_outbox_due",
            ["available_at", "id"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "places",
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_en", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("floor_area", INT64, nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("assumed", sa.Text(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("code", name=op.f("uq_places_code")),
    )
    with op.batch_alter_table("places") as batch_op:
        batch_op.create_index(batch_op.f("ix_places_district"), ["district"], unique=False)

    op.create_table(
        "policies",
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("opens_days_ahead", INT64, nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=False),
        sa.Column("least_half_hours", INT64, nullable=False),
        sa.Column("most_half_hours", INT64, nullable=False),
        sa.Column("day_limit_half_hours", INT64, nullable=False),
        sa.Column("week_limit_bookings", INT64, nullable=False),
        sa.Column("cancel_cutoff_minutes", INT64, nullable=False),
        sa.Column("hold_minutes", INT64, nullable=False),
        sa.Column("most_no_show_points", INT64, nullable=False),
        sa.Column("eligible", JSONText(), nullable=False),
        sa.CheckConstraint("most_half_hours >= least_half_hours", name=op.f("ck_policies_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("code", name=op.f("uq_policies_code")),
    )
    op.create_table(
        "pool_counters",
        sa.Column("place_id", INT64, autoincrement=False, nullable=False),
        sa.Column("facility_id", INT64, autoincrement=False, nullable=False),
        sa.Column("half_hour", INT64, autoincrement=False, nullable=False),
        sa.Column("taken", INT64, nullable=False),
        sa.Column("capacity", INT64, nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name=op.f("ck_pool_counters_within_capacity")),
        sa.PrimaryKeyConstraint("place_id", "facility_id", "half_hour", name=op.f("pk_pool_counters")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "provider_events",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("payload", JSONText(), nullable=False),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_provider_events")),
    )
    with op.batch_alter_table("provider_events") as batch_op:
        batch_op.create_index("ix_provider_events_outcome", ["outcome", "place_id"], unique=False)

    op.create_table(
        "room_nights",
        sa.Column("place_id", INT64, autoincrement=False, nullable=False),
        sa.Column("night", INT64, autoincrement=False, nullable=False),
        sa.Column("room_id", INT64, autoincrement=False, nullable=False),
        sa.Column("stay_room_id", INT64, nullable=True),
        sa.Column("outage_id", INT64, nullable=True),
        sa.CheckConstraint("(stay_room_id IS NULL) <> (outage_id IS NULL)", name=op.f("ck_room_nights_one_owner")),
        sa.PrimaryKeyConstraint("place_id", "night", "room_id", name=op.f("pk_room_nights")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("room_nights") as batch_op:
        batch_op.create_index("ix_room_nights_stay_room", ["place_id", "stay_room_id"], unique=False)

    op.create_table(
        "signing_keys",
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_private_key", sa.LargeBinary(), nullable=False),
        sa.Column("signs_from", UTCDateTime(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "sports",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sports")),
    )
    op.create_table(
        "allotments",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("release_days", INT64, nullable=True),
        sa.Column("opens_permille", INT64, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('public', 'retreat', 'training', 'hold_back')", name=op.f("ck_allotments_kind")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_allotments_place_id")),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_allotments")),
    )
    op.create_table(
        "business_days",
        sa.Column("place_id", INT64, autoincrement=False, nullable=False),
        sa.Column("night", INT64, autoincrement=False, nullable=False),
        sa.Column("figures", JSONText(), nullable=False),
        sa.Column("closed_by", INT64, nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_business_days_place_id")),
        sa.PrimaryKeyConstraint("place_id", "night", name=op.f("pk_business_days")),
    )
    op.create_table(
        "extras",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("per", sa.Text(), nullable=False),
        sa.Column("member_fen", INT64, nullable=False),
        sa.Column("guest_fen", INT64, nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("per IN ('stay', 'night', 'guest', 'guest_night')", name=op.f("ck_extras_per")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_extras_place_id")),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_extras")),
    )
    op.create_table(
        "folios",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("member_id", INT64, nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_folios_place_id")),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_folios")),
    )
    with op.batch_alter_table("folios") as batch_op:
        batch_op.create_index("ix_folios_subject", ["place_id", "subject"], unique=False)

    op.create_table(
        "gates",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("zones", JSONText(), nullable=False),
        sa.Column("heads_mode", sa.Text(), nullable=False),
        sa.Column("staffed", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("api_key_hash", sa.LargeBinary(), nullable=True),
        sa.Column("enrolment_hash", sa.LargeBinary(), nullable=True),
        sa.Column("enrolment_expires_at", UTCDateTime(), nullable=True),
        sa.Column("enrolled_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("last_seen_at", UTCDateTime(), nullable=True),
        sa.Column("software", sa.Text(), nullable=False),
        sa.CheckConstraint("direction IN ('entry', 'exit', 'both')", name=op.f("ck_gates_direction")),
        sa.CheckConstraint("heads_mode IN ('one', 'all', 'ask')", name=op.f("ck_gates_heads_mode")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_gates_place_id")),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_gates")),
        sa.UniqueConstraint("api_key_hash", name=op.f("uq_gates_api_key_hash")),
        sa.UniqueConstraint("enrolment_hash", name=op.f("uq_gates_enrolment_hash")),
    )
    with op.batch_alter_table("gates") as batch_op:
        batch_op.create_index("ix_gates_code", ["place_id", "code"], unique=True)

    op.create_table(
        "hotel_policies",
        sa.Column("place_id", INT64, autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("arrive_from", sa.Time(), nullable=False),
        sa.Column("leave_by", sa.Time(), nullable=False),
        sa.Column("horizon_days", INT64, nullable=False),
        sa.Column("most_nights", INT64, nullable=False),
        sa.Column("most_rooms", INT64, nullable=False),
        sa.Column("hold_minutes", INT64, nullable=False),
        sa.Column("offer_minutes", INT64, nullable=False),
        sa.Column("alternative_hours", INT64, nullable=False),
        sa.Column("deposit_permille", INT64, nullable=False),
        sa.Column("cancel_fees", JSONText(), nullable=False),
        sa.Column("no_show_permille", INT64, nullable=False),
        sa.Column("zones", JSONText(), nullable=False),
        sa.Column("upgrades", JSONText(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_hotel_policies_place_id")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_hotel_policies")),
    )
    op.create_table(
        "members",
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("birth_year", INT64, nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("organisation_id", INT64, nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("dues_paid_until", sa.Date(), nullable=True),
        sa.Column("identity_index", sa.LargeBinary(), nullable=True),
        sa.Column("identity_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_members_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("identity_index", name=op.f("uq_members_identity_index")),
        sa.UniqueConstraint("number", name=op.f("uq_members_number")),
        sa.UniqueConstraint("phone", name=op.f("uq_members_phone")),
    )
    with op.batch_alter_table("members") as batch_op:
        batch_op.create_index(batch_op.f("ix_members_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "night_restrictions",
        sa.Column("place_id", INT64, autoincrement=False, nullable=False),
        sa.Column("type_id", INT64, autoincrement=False, nullable=False),
        sa.Column("night", INT64, autoincrement=False, nullable=False),
        sa.Column("least_nights", INT64, nullable=True),
        sa.Column("most_nights", INT64, nullable=True),
        sa.Column("closed_to_arrival", sa.Boolean(), nullable=False),
        sa.Column("closed_to_departure", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_night_restrictions_place_id")),
        sa.PrimaryKeyConstraint("place_id", "type_id", "night", name=op.f("pk_night_restrictions")),
    )
    op.create_table(
        "outages",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rooms", JSONText(), nullable=False),
        sa.Column("from_night", INT64, nullable=False),
        sa.Column("until_night", INT64, nullable=False),
        sa.Column("change_id", INT64, nullable=True),
        sa.Column("created_by", INT64, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("until_night > from_night", name=op.f("ck_outages_length")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_outages_place_id")),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_outages")),
    )
    op.create_table(
        "passes",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("manual_code", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject_id", INT64, nullable=False),
        sa.Column("member_id", INT64, nullable=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("zones", JSONText(), nullable=False),
        sa.Column("valid_from", UTCDateTime(), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=False),
        sa.Column("daily_from", sa.Time(), nullable=True),
        sa.Column("daily_until", sa.Time(), nullable=True),
        sa.Column("party", INT64, nullable=False),
        sa.Column("product", INT64, nullable=False),
        sa.Column("single_entry", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("replaced_by", INT64, nullable=True),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('issued', 'unpaid', 'blocked', 'canceled', 'revoked')", name=op.f("ck_passes_status")
        ),
        sa.CheckConstraint("party BETWEEN 1 AND 255", name=op.f("ck_passes_party")),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_passes_validity")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_passes_place_id")),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_passes")),
    )
    with op.batch_alter_table("passes") as batch_op:
        batch_op.create_index("ix_passes_manual_code", ["place_id", "manual_code"], unique=True)
        batch_op.create_index("ix_passes_member_id", ["member_id"], unique=False)
        batch_op.create_index("ix_passes_subject", ["place_id", "issuer", "subject_id"], unique=False)

    op.create_table(
        "prices",
        sa.Column("policy_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("from_time", sa.Time(), nullable=False),
        sa.Column("until_time", sa.Time(), nullable=False),
        sa.Column("fen", INT64, nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_prices_policy_id")),
        sa.PrimaryKeyConstraint("policy_id", "id", name=op.f("pk_prices")),
    )
    op.create_table(
        "room_types",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("beds", JSONText(), nullable=False),
        sa.Column("sleeps", INT64, nullable=False),
        sa.Column("extra_beds", INT64, nullable=False),
        sa.Column("square_metres", INT64, nullable=False),
        sa.Column("features", JSONText(), nullable=False),
        sa.Column("version", INT64, nullable=False),
        sa.Column("served_version", INT64, nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("sleeps > 0 AND extra_beds >= 0", name=op.f("ck_room_types_beds")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_room_types_place_id")),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_room_types")),
    )
    op.create_table(
        "zones",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("capacity", INT64, nullable=True),
        sa.Column("early_minutes", INT64, nullable=False),
        sa.Column("late_minutes", INT64, nullable=False),
        sa.Column("reentry", sa.Boolean(), nullable=False),
        sa.Column("anti_passback", sa.Boolean(), nullable=False),
        sa.Column("static_code", sa.Boolean(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_zones_place_id")),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_zones")),
    )
    op.create_table(
        "access_log",
        sa.Column("member_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_access_log_member_id")),
        sa.PrimaryKeyConstraint("member_id", "id", name=op.f("pk_access_log")),
    )
    op.create_table(
        "accounts",
        sa.Column("member_id", INT64, autoincrement=False, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("activated_at", UTCDateTime(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("failed_attempts", INT64, nullable=False),
        sa.Column("locked_until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_accounts_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "cards",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("member_id", INT64, nullable=False),
        sa.Column("blocked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_cards_member_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cards")),
    )
    with op.batch_alter_table("cards") as batch_op:
        batch_op.create_index(batch_op.f("ix_cards_member_id"), ["member_id"], unique=False)

    op.create_table(
        "facilities",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("zone_id", INT64, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("sport", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slot_half_hours", INT64, nullable=False),
        sa.Column("capacity", INT64, nullable=False),
        sa.Column("policy_id", INT64, nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('exclusive', 'pooled')", name=op.f("ck_facilities_kind")),
        sa.CheckConstraint("slot_half_hours IN (1, 2)", name=op.f("ck_facilities_slot_half_hours")),
        sa.ForeignKeyConstraint(
            ["place_id", "zone_id"], ["zones.place_id", "zones.id"], name=op.f("fk_facilities_place_id_zone_id")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_facilities_place_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_facilities_policy_id")),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_facilities")),
    )
    with op.batch_alter_table("facilities") as batch_op:
        batch_op.create_index("ix_facilities_sport", ["sport", "place_id"], unique=False)

    op.create_table(
        "folio_deposits",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("folio_id", INT64, autoincrement=False, nullable=False),
        sa.Column("asked_fen", INT64, nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("asked_fen > 0", name=op.f("ck_folio_deposits_asks_something")),
        sa.ForeignKeyConstraint(
            ["place_id", "folio_id"], ["folios.place_id", "folios.id"], name=op.f("fk_folio_deposits_place_id_folio_id")
        ),
        sa.PrimaryKeyConstraint("place_id", "folio_id", name=op.f("pk_folio_deposits")),
    )
    op.create_table(
        "folio_subsidies",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("folio_id", INT64, autoincrement=False, nullable=False),
        sa.Column("cap_fen", INT64, nullable=False),
        sa.Column("per", sa.Text(), nullable=False),
        sa.Column("kinds", JSONText(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.CheckConstraint("cap_fen > 0", name=op.f("ck_folio_subsidies_bears_something")),
        sa.ForeignKeyConstraint(
            ["place_id", "folio_id"],
            ["folios.place_id", "folios.id"],
            name=op.f("fk_folio_subsidies_place_id_folio_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "folio_id", name=op.f("pk_folio_subsidies")),
    )
    op.create_table(
        "ledger_transactions",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("folio_id", INT64, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reverses", INT64, nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id", "folio_id"],
            ["folios.place_id", "folios.id"],
            name=op.f("fk_ledger_transactions_place_id_folio_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_ledger_transactions")),
    )
    with op.batch_alter_table("ledger_transactions") as batch_op:
        batch_op.create_index("ix_ledger_transactions_at", ["place_id", "at"], unique=False)
        batch_op.create_index("ix_ledger_transactions_folio", ["place_id", "folio_id"], unique=False)
        batch_op.create_index("ix_ledger_transactions_reverses", ["place_id", "reverses"], unique=True)

    op.create_table(
        "member_categories",
        sa.Column("member_id", INT64, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("verified_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_categories_member_id")),
        sa.PrimaryKeyConstraint("member_id", "category", name=op.f("pk_member_categories")),
    )
    op.create_table(
        "one_time_codes",
        sa.Column("member_id", INT64, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", INT64, nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_one_time_codes_member_id")),
        sa.PrimaryKeyConstraint("member_id", "purpose", name=op.f("pk_one_time_codes")),
    )
    op.create_table(
        "pass_uses",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("pass_id", INT64, nullable=False),
        sa.Column("zone_id", INT64, nullable=False),
        sa.Column("admitted", INT64, nullable=False),
        sa.Column("hours_from", UTCDateTime(), nullable=False),
        sa.Column("admitted_in_hours", INT64, nullable=False),
        sa.Column("inside", INT64, nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("first_entry_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("admitted >= 0 AND admitted_in_hours >= 0", name=op.f("ck_pass_uses_admitted")),
        sa.CheckConstraint("inside >= 0", name=op.f("ck_pass_uses_inside")),
        sa.ForeignKeyConstraint(
            ["place_id", "pass_id"], ["passes.place_id", "passes.id"], name=op.f("fk_pass_uses_place_id_pass_id")
        ),
        sa.PrimaryKeyConstraint("place_id", "pass_id", "zone_id", name=op.f("pk_pass_uses")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payment_intents",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("folio_id", INT64, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("fen", INT64, nullable=False),
        sa.Column("refunded_fen", INT64, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("pay_url", sa.Text(), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("paid_at", UTCDateTime(), nullable=True),
        sa.Column("check_at", UTCDateTime(), nullable=True),
        sa.Column("checks", INT64, nullable=False),
        sa.CheckConstraint("fen > 0", name=op.f("ck_payment_intents_something")),
        sa.CheckConstraint("refunded_fen BETWEEN 0 AND fen", name=op.f("ck_payment_intents_no_more_back_than_came")),
        sa.ForeignKeyConstraint(
            ["place_id", "folio_id"],
            ["folios.place_id", "folios.id"],
            name=op.f("fk_payment_intents_place_id_folio_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_payment_intents")),
    )
    with op.batch_alter_table("payment_intents") as batch_op:
        batch_op.create_index("ix_payment_intents_check", ["check_at"], unique=False)
        batch_op.create_index("ix_payment_intents_folio", ["place_id", "folio_id"], unique=False)

    op.create_table(
        "role_grants",
        sa.Column("member_id", INT64, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope_id", INT64, autoincrement=False, nullable=False),
        sa.Column("granted_by", INT64, nullable=True),
        sa.Column("granted_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("scope_kind IN ('place', 'organisation', 'all')", name=op.f("ck_role_grants_scope_kind")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_role_grants_member_id")),
        sa.PrimaryKeyConstraint("member_id", "role", "scope_kind", "scope_id", name=op.f("pk_role_grants")),
    )
    op.create_table(
        "room_rates",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("type_id", INT64, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("fen", INT64, nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id", "type_id"],
            ["room_types.place_id", "room_types.id"],
            name=op.f("fk_room_rates_place_id_type_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_room_rates")),
    )
    op.create_table(
        "room_waits",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("type_id", INT64, nullable=False),
        sa.Column("member_id", INT64, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("arrival", INT64, nullable=False),
        sa.Column("departure", INT64, nullable=False),
        sa.Column("rooms", INT64, nullable=False),
        sa.Column("heads", INT64, nullable=False),
        sa.Column("needs", JSONText(), nullable=False),
        sa.Column("stay_id", INT64, nullable=True),
        sa.Column("instead_of", INT64, nullable=True),
        sa.Column("joined_at", UTCDateTime(), nullable=False),
        sa.Column("offered_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'offered', 'taken', 'left', 'expired')", name=op.f("ck_room_waits_status")
        ),
        sa.CheckConstraint("departure > arrival", name=op.f("ck_room_waits_length")),
        sa.ForeignKeyConstraint(
            ["place_id", "type_id"],
            ["room_types.place_id", "room_types.id"],
            name=op.f("fk_room_waits_place_id_type_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_room_waits")),
    )
    with op.batch_alter_table("room_waits") as batch_op:
        batch_op.create_index(
            "ix_room_waits_live",
            ["place_id", "member_id", "arrival", "departure"],
            unique=True,
            sqlite_where=sa.text("status IN ('waiting', 'offered')"),
            postgresql_where=sa.text("status IN ('waiting', 'offered')"),
        )
        batch_op.create_index("ix_room_waits_member_id", ["member_id"], unique=False)
        batch_op.create_index("ix_room_waits_queue", ["place_id", "type_id", "status", "id"], unique=False)

    op.create_table(
        "rooms",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("type_id", INT64, nullable=False),
        sa.Column("zone_id", INT64, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("wing", sa.Text(), nullable=False),
        sa.Column("floor", INT64, nullable=False),
        sa.Column("neighbours", JSONText(), nullable=False),
        sa.Column("accessible", sa.Boolean(), nullable=False),
        sa.Column("features", JSONText(), nullable=False),
        sa.Column("housekeeping", sa.Text(), nullable=False),
        sa.Column("housekeeping_at", UTCDateTime(), nullable=True),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "housekeeping IN ('dirty', 'cleaning', 'clean', 'inspected')", name=op.f("ck_rooms_housekeeping")
        ),
        sa.ForeignKeyConstraint(
            ["place_id", "type_id"], ["room_types.place_id", "room_types.id"], name=op.f("fk_rooms_place_id_type_id")
        ),
        sa.ForeignKeyConstraint(
            ["place_id", "zone_id"], ["zones.place_id", "zones.id"], name=op.f("fk_rooms_place_id_zone_id")
        ),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_rooms")),
    )
    op.create_table(
        "scans",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("gate_id", INT64, nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=False),
        sa.Column("pass_id", INT64, nullable=True),
        sa.Column("zone_id", INT64, nullable=True),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("heads", INT64, nullable=False),
        sa.Column("verdict", JSONText(), nullable=False),
        sa.Column("scanned_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("annulled_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["place_id", "gate_id"], ["gates.place_id", "gates.id"], name=op.f("fk_scans_place_id_gate_id")
        ),
        sa.PrimaryKeyConstraint("place_id", "gate_id", "scan_id", name=op.f("pk_scans")),
    )
    with op.batch_alter_table("scans") as batch_op:
        batch_op.create_index("ix_scans_gate_time", ["place_id", "gate_id", "received_at"], unique=False)
        batch_op.create_index("ix_scans_pass", ["place_id", "pass_id"], unique=False)

    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", INT64, nullable=False),
        sa.Column("member_id", INT64, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_sign_ins_member_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("id", name=op.f("uq_sign_ins_id")),
    )
    with op.batch_alter_table("sign_ins") as batch_op:
        batch_op.create_index("ix_sign_ins_member_id", ["member_id", "id"], unique=False)

    op.create_table(
        "standing_entries",
        sa.Column("member_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("points", INT64, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_standing_entries_member_id")),
        sa.PrimaryKeyConstraint("member_id", "id", name=op.f("pk_standing_entries")),
    )
    op.create_table(
        "stays",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("allotment_id", INT64, nullable=False),
        sa.Column("member_id", INT64, nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("arrival", INT64, nullable=False),
        sa.Column("departure", INT64, nullable=False),
        sa.Column("arrive_at", sa.Time(), nullable=True),
        sa.Column("price_fen", INT64, nullable=False),
        sa.Column("extras", JSONText(), nullable=False),
        sa.Column("member_price", sa.Boolean(), nullable=False),
        sa.Column("folio_id", INT64, nullable=True),
        sa.Column("sequence", INT64, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("booked_by", INT64, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("hold_expires_at", UTCDateTime(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("departure > arrival", name=op.f("ck_stays_length")),
        sa.ForeignKeyConstraint(
            ["place_id", "allotment_id"],
            ["allotments.place_id", "allotments.id"],
            name=op.f("fk_stays_place_id_allotment_id"),
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_stays_place_id")),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_stays")),
    )
    with op.batch_alter_table("stays") as batch_op:
        batch_op.create_index("ix_stays_arrival", ["place_id", "arrival", "id"], unique=False)
        batch_op.create_index("ix_stays_departure", ["place_id", "departure", "id"], unique=False)
        batch_op.create_index(
            "ix_stays_held",
            ["hold_expires_at"],
            unique=False,
            sqlite_where=sa.text("status = 'held'"),
            postgresql_where=sa.text("status = 'held'"),
        )
        batch_op.create_index("ix_stays_member_id", ["member_id", "arrival", "id"], unique=False)

    op.create_table(
        "zone_presence",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("zone_id", INT64, nullable=False),
        sa.Column("inside", INT64, nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.CheckConstraint("inside >= 0", name=op.f("ck_zone_presence_inside")),
        sa.ForeignKeyConstraint(
            ["place_id", "zone_id"], ["zones.place_id", "zones.id"], name=op.f("fk_zone_presence_place_id_zone_id")
        ),
        sa.PrimaryKeyConstraint("place_id", "zone_id", name=op.f("pk_zone_presence")),
    )
    op.create_table(
        "blocks",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("facility_id", INT64, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("units", JSONText(), nullable=False),
        sa.Column("capacity", INT64, nullable=True),
        sa.Column("starts", INT64, nullable=False),
        sa.Column("ends", INT64, nullable=False),
        sa.Column("change_id", INT64, nullable=True),
        sa.Column("created_by", INT64, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["place_id", "facility_id"],
            ["facilities.place_id", "facilities.id"],
            name=op.f("fk_blocks_place_id_facility_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_blocks")),
    )
    with op.batch_alter_table("blocks") as batch_op:
        batch_op.create_index("ix_blocks_facility", ["place_id", "facility_id", "starts"], unique=False)

    op.create_table(
        "bookings",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("facility_id", INT64, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("member_id", INT64, nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("court_kind", sa.Text(), nullable=True),
        sa.Column("court_id", INT64, nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("starts", INT64, nullable=False),
        sa.Column("ends", INT64, nullable=False),
        sa.Column("party", INT64, nullable=False),
        sa.Column("policy_id", INT64, nullable=False),
        sa.Column("price_fen", INT64, nullable=False),
        sa.Column("quote", JSONText(), nullable=False),
        sa.Column("limits", JSONText(), nullable=False),
        sa.Column("folio_id", INT64, nullable=True),
        sa.Column("sequence", INT64, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("booked_by", INT64, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("hold_expires_at", UTCDateTime(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("ends > starts", name=op.f("ck_bookings_length")),
        sa.ForeignKeyConstraint(
            ["place_id", "facility_id"],
            ["facilities.place_id", "facilities.id"],
            name=op.f("fk_bookings_place_id_facility_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_bookings")),
    )
    with op.batch_alter_table("bookings") as batch_op:
        batch_op.create_index("ix_bookings_facility", ["place_id", "facility_id", "starts"], unique=False)
        batch_op.create_index(
            "ix_bookings_held",
            ["hold_expires_at"],
            unique=False,
            sqlite_where=sa.text("status = 'held'"),
            postgresql_where=sa.text("status = 'held'"),
        )
        batch_op.create_index("ix_bookings_member_id", ["member_id", "starts", "id"], unique=False)

    op.create_table(
        "courts",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("facility_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("units", JSONText(), nullable=False),
        sa.Column("accessible", sa.Boolean(), nullable=False),
        sa.Column("features", JSONText(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["place_id", "facility_id"],
            ["facilities.place_id", "facilities.id"],
            name=op.f("fk_courts_place_id_facility_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "facility_id", "id", name=op.f("pk_courts")),
    )
    op.create_table(
        "postings",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("transaction_id", INT64, nullable=False),
        sa.Column("line", INT64, autoincrement=False, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("fen", INT64, nullable=False),
        sa.Column("night", sa.Date(), nullable=True),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_postings_not_nothing")),
        sa.ForeignKeyConstraint(
            ["place_id", "transaction_id"],
            ["ledger_transactions.place_id", "ledger_transactions.id"],
            name=op.f("fk_postings_place_id_transaction_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "transaction_id", "line", name=op.f("pk_postings")),
    )
    op.create_table(
        "provider_refunds",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("intent_id", INT64, nullable=False),
        sa.Column("transaction_id", INT64, nullable=False),
        sa.Column("fen", INT64, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("attempts", INT64, nullable=False),
        sa.Column("available_at", UTCDateTime(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("fen > 0", name=op.f("ck_provider_refunds_something")),
        sa.ForeignKeyConstraint(
            ["place_id", "intent_id"],
            ["payment_intents.place_id", "payment_intents.id"],
            name=op.f("fk_provider_refunds_place_id_intent_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_provider_refunds")),
    )
    with op.batch_alter_table("provider_refunds") as batch_op:
        batch_op.create_index("ix_provider_refunds_available", ["status", "available_at"], unique=False)
        batch_op.create_index("ix_provider_refunds_intent", ["place_id", "intent_id"], unique=False)

    op.create_table(
        "room_searches",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("stay_id", INT64, nullable=False),
        sa.Column("confirms", sa.Boolean(), nullable=False),
        sa.Column("chosen", JSONText(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("available_at", UTCDateTime(), nullable=False),
        sa.Column("tries", INT64, nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id", "stay_id"], ["stays.place_id", "stays.id"], name=op.f("fk_room_searches_place_id_stay_id")
        ),
        sa.PrimaryKeyConstraint("place_id", "stay_id", name=op.f("pk_room_searches")),
    )
    with op.batch_alter_table("room_searches") as batch_op:
        batch_op.create_index("ix_room_searches_available_at", ["available_at"], unique=False)

    op.create_table(
        "stay_rooms",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("stay_id", INT64, nullable=False),
        sa.Column("number", INT64, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("type_id", INT64, nullable=False),
        sa.Column("given_type_id", INT64, nullable=False),
        sa.Column("room_id", INT64, nullable=True),
        sa.Column("last_room_id", INT64, nullable=True),
        sa.Column("pinned", sa.Text(), nullable=False),
        sa.Column("needs", JSONText(), nullable=False),
        sa.Column("together", sa.Text(), nullable=False),
        sa.Column("arrival", INT64, nullable=False),
        sa.Column("departure", INT64, nullable=False),
        sa.Column("heads", INT64, nullable=False),
        sa.Column("price_fen", INT64, nullable=False),
        sa.Column("night_fen", JSONText(), nullable=False),
        sa.Column("fee_fen", INT64, nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("arrived_at", UTCDateTime(), nullable=True),
        sa.Column("departed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("departure > arrival AND departure <= arrival + 90", name=op.f("ck_stay_rooms_length")),
        sa.ForeignKeyConstraint(
            ["place_id", "room_id"], ["rooms.place_id", "rooms.id"], name=op.f("fk_stay_rooms_place_id_room_id")
        ),
        sa.ForeignKeyConstraint(
            ["place_id", "stay_id"], ["stays.place_id", "stays.id"], name=op.f("fk_stay_rooms_place_id_stay_id")
        ),
        sa.ForeignKeyConstraint(
            ["place_id", "type_id"],
            ["room_types.place_id", "room_types.id"],
            name=op.f("fk_stay_rooms_place_id_type_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "id", name=op.f("pk_stay_rooms")),
    )
    with op.batch_alter_table("stay_rooms") as batch_op:
        batch_op.create_index("ix_stay_rooms_arrival", ["place_id", "arrival", "departure"], unique=False)
        batch_op.create_index("ix_stay_rooms_departure", ["place_id", "departure"], unique=False)
        batch_op.create_index("ix_stay_rooms_stay", ["place_id", "stay_id"], unique=False)

    op.create_table(
        "units",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("facility_id", INT64, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id", "facility_id"],
            ["facilities.place_id", "facilities.id"],
            name=op.f("fk_units_place_id_facility_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "facility_id", "id", name=op.f("pk_units")),
    )
    op.create_table(
        "guests",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("stay_room_id", INT64, nullable=False),
        sa.Column("number", INT64, autoincrement=False, nullable=False),
        sa.Column("member_id", INT64, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pays", sa.Boolean(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("pass_id", INT64, nullable=True),
        sa.ForeignKeyConstraint(
            ["place_id", "stay_room_id"],
            ["stay_rooms.place_id", "stay_rooms.id"],
            name=op.f("fk_guests_place_id_stay_room_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "stay_room_id", "number", name=op.f("pk_guests")),
    )
    with op.batch_alter_table("guests") as batch_op:
        batch_op.create_index("ix_guests_member_id", ["member_id"], unique=False)

    op.create_table(
        "partners",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("booking_id", INT64, nullable=False),
        sa.Column("number", INT64, autoincrement=False, nullable=False),
        sa.Column("member_id", INT64, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pass_id", INT64, nullable=True),
        sa.ForeignKeyConstraint(
            ["place_id", "booking_id"],
            ["bookings.place_id", "bookings.id"],
            name=op.f("fk_partners_place_id_booking_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "booking_id", "number", name=op.f("pk_partners")),
    )
    with op.batch_alter_table("partners") as batch_op:
        batch_op.create_index("ix_partners_member_id", ["member_id"], unique=False)

    op.create_table(
        "searches",
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("booking_id", INT64, nullable=False),
        sa.Column("court_id", INT64, nullable=True),
        sa.Column("confirms", sa.Boolean(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("available_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id", "booking_id"],
            ["bookings.place_id", "bookings.id"],
            name=op.f("fk_searches_place_id_booking_id"),
        ),
        sa.PrimaryKeyConstraint("place_id", "booking_id", name=op.f("pk_searches")),
    )
    with op.batch_alter_table("searches") as batch_op:
        batch_op.create_index("ix_searches_available_at", ["available_at"], unique=False)
