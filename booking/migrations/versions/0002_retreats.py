"""Retreats."""

import sqlalchemy as sa
from alembic import op

from booking.db import JSONText, UTCDateTime
from booking.db.types import INT64

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retreat_seasons",
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("place_id", INT64, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("allotment_id", INT64, nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("bits", INT64, nullable=False),
        sa.Column("sources", JSONText(), nullable=False),
        sa.Column("most_choices", INT64, nullable=False),
        sa.Column("most_together", INT64, nullable=False),
        sa.Column("enterprise_heads", INT64, nullable=False),
        sa.Column("dues_required", sa.Boolean(), nullable=False),
        sa.Column("categories", JSONText(), nullable=False),
        sa.Column("organisation_kinds", JSONText(), nullable=False),
        sa.Column("rest_years", INT64, nullable=False),
        sa.Column("subsidy_fen", INT64, nullable=False),
        sa.Column("free_categories", JSONText(), nullable=False),
        sa.Column("subsidy_document", sa.Text(), nullable=False),
        sa.Column("subsidy_clause", sa.Text(), nullable=False),
        sa.Column("opens_at", UTCDateTime(), nullable=False),
        sa.Column("closes_at", UTCDateTime(), nullable=False),
        sa.Column("freezes_at", UTCDateTime(), nullable=False),
        sa.Column("publishes_at", UTCDateTime(), nullable=False),
        sa.Column("confirm_by", UTCDateTime(), nullable=False),
        sa.Column("second_confirm_by", UTCDateTime(), nullable=False),
        sa.Column("last_confirm_by", UTCDateTime(), nullable=False),
        sa.Column("remind_hours", INT64, nullable=False),
        sa.Column("created_by", INT64, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("version", INT64, nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'open', 'frozen', 'drawn', 'second', 'settled', 'cancelled')",
            name=op.f("ck_retreat_seasons_status"),
        ),
        sa.CheckConstraint(
            "opens_at < closes_at AND closes_at <= freezes_at", name=op.f("ck_retreat_seasons_calendar")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_retreat_seasons_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retreat_seasons")),
        sa.UniqueConstraint("code", name=op.f("uq_retreat_seasons_code")),
    )
    op.create_table(
        "retreat_shared_rooms",
        sa.Column("place_id", INT64, autoincrement=False, nullable=False),
        sa.Column("stay_id", INT64, autoincrement=False, nullable=False),
        sa.Column("season_id", INT64, nullable=False),
        sa.Column("batch", INT64, nullable=False),
        sa.Column("type_id", INT64, nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("beds", INT64, nullable=False),
        sa.Column("taken", INT64, nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= beds", name=op.f("ck_retreat_shared_rooms_within_beds")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_retreat_shared_rooms_place_id")),
        sa.PrimaryKeyConstraint("place_id", "stay_id", name=op.f("pk_retreat_shared_rooms")),
    )
    with op.batch_alter_table("retreat_shared_rooms") as batch_op:
        batch_op.create_index("ix_retreat_shared_rooms_batch", ["season_id", "batch", "type_id", "sex"], unique=False)

    op.create_table(
        "retreat_applications",
        sa.Column("season_id", INT64, autoincrement=False, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("rooms", INT64, nullable=False),
        sa.Column("companions", JSONText(), nullable=False),
        sa.Column("wishes", JSONText(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("weight", INT64, nullable=True),
        sa.Column("position", INT64, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("sequence", INT64, nullable=False),
        sa.CheckConstraint(
            "status IN ('gathering', 'entered', 'withdrawn', 'excluded')", name=op.f("ck_retreat_applications_status")
        ),
        sa.CheckConstraint("rooms >= 0", name=op.f("ck_retreat_applications_rooms")),
        sa.ForeignKeyConstraint(["season_id"], ["retreat_seasons.id"], name=op.f("fk_retreat_applications_season_id")),
        sa.PrimaryKeyConstraint("season_id", "id", name=op.f("pk_retreat_applications")),
    )
    op.create_table(
        "retreat_batches",
        sa.Column("season_id", INT64, autoincrement=False, nullable=False),
        sa.Column("number", INT64, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("arrival", INT64, nullable=False),
        sa.Column("departure", INT64, nullable=False),
        sa.CheckConstraint("departure > arrival", name=op.f("ck_retreat_batches_length")),
        sa.ForeignKeyConstraint(["season_id"], ["retreat_seasons.id"], name=op.f("fk_retreat_batches_season_id")),
        sa.PrimaryKeyConstraint("season_id", "number", name=op.f("pk_retreat_batches")),
    )
    op.create_table(
        "retreat_draw_steps",
        sa.Column("season_id", INT64, autoincrement=False, nullable=False),
        sa.Column("number", INT64, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", INT64, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("detail", JSONText(), nullable=False),
        sa.ForeignKeyConstraint(["season_id"], ["retreat_seasons.id"], name=op.f("fk_retreat_draw_steps_season_id")),
        sa.PrimaryKeyConstraint("season_id", "number", name=op.f("pk_retreat_draw_steps")),
    )
    op.create_table(
        "retreat_pasts",
        sa.Column("member_id", INT64, autoincrement=False, nullable=False),
        sa.Column("season_id", INT64, autoincrement=False, nullable=False),
        sa.Column("ranked", INT64, nullable=False),
        sa.Column("won", sa.Boolean(), nullable=False),
        sa.Column("declined", sa.Boolean(), nullable=False),
        sa.Column("declined_late", sa.Boolean(), nullable=False),
        sa.Column("did_not_come", sa.Boolean(), nullable=False),
        sa.Column("retreat_on", sa.Date(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_retreat_pasts_member_id")),
        sa.ForeignKeyConstraint(["season_id"], ["retreat_seasons.id"], name=op.f("fk_retreat_pasts_season_id")),
        sa.PrimaryKeyConstraint("member_id", "season_id", name=op.f("pk_retreat_pasts")),
    )
    op.create_table(
        "retreat_quota_overrides",
        sa.Column("season_id", INT64, autoincrement=False, nullable=False),
        sa.Column("id", INT64, autoincrement=False, nullable=False),
        sa.Column("organisation_id", INT64, nullable=False),
        sa.Column("heads", INT64, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", INT64, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_retreat_quota_overrides_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["retreat_seasons.id"], name=op.f("fk_retreat_quota_overrides_season_id")
        ),
        sa.PrimaryKeyConstraint("season_id", "id", name=op.f("pk_retreat_quota_overrides")),
    )
    op.create_table(
        "retreat_applicants",
        sa.Column("member_id", INT64, autoincrement=False, nullable=False),
        sa.Column("season_id", INT64, autoincrement=False, nullable=False),
        sa.Column("application_id", INT64, nullable=False),
        sa.Column("number", INT64, nullable=False),
        sa.Column("joined_at", UTCDateTime(), nullable=False),
        sa.Column("organisation_id", INT64, nullable=True),
        sa.Column("categories", JSONText(), nullable=True),
        sa.Column("weight", INT64, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_retreat_applicants_member_id")),
        sa.ForeignKeyConstraint(
            ["season_id", "application_id"],
            ["retreat_applications.season_id", "retreat_applications.id"],
            name=op.f("fk_retreat_applicants_season_id_application_id"),
        ),
        sa.PrimaryKeyConstraint("member_id", "season_id", name=op.f("pk_retreat_applicants")),
    )
    with op.batch_alter_table("retreat_applicants") as batch_op:
        batch_op.create_index(
            "ix_retreat_applicants_application", ["season_id", "application_id", "number"], unique=False
        )

    op.create_table(
        "retreat_batch_rooms",
        sa.Column("season_id", INT64, autoincrement=False, nullable=False),
        sa.Column("batch", INT64, autoincrement=False, nullable=False),
        sa.Column("type_id", INT64, autoincrement=False, nullable=False),
        sa.Column("rooms", INT64, nullable=False),
        sa.Column("beds", INT64, nullable=False),
        sa.Column("price_fen", INT64, nullable=False),
        sa.Column("guarantees", JSONText(), nullable=False),
        sa.CheckConstraint("rooms >= 0 AND beds >= 1", name=op.f("ck_retreat_batch_rooms_rooms")),
        sa.ForeignKeyConstraint(
            ["season_id", "batch"],
            ["retreat_batches.season_id", "retreat_batches.number"],
            name=op.f("fk_retreat_batch_rooms_season_id_batch"),
        ),
        sa.PrimaryKeyConstraint("season_id", "batch", "type_id", name=op.f("pk_retreat_batch_rooms")),
    )
    op.create_table(
        "retreat_draw_files",
        sa.Column("season_id", INT64, autoincrement=False, nullable=False),
        sa.Column("step", INT64, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("notary", sa.Boolean(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id", "step"],
            ["retreat_draw_steps.season_id", "retreat_draw_steps.number"],
            name=op.f("fk_retreat_draw_files_season_id_step"),
        ),
        sa.PrimaryKeyConstraint("season_id", "step", "name", name=op.f("pk_retreat_draw_files")),
    )
    op.create_table(
        "retreat_invitations",
        sa.Column("member_id", INT64, autoincrement=False, nullable=False),
        sa.Column("season_id", INT64, autoincrement=False, nullable=False),
        sa.Column("application_id", INT64, autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("invited_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("reminded_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_retreat_invitations_member_id")),
        sa.ForeignKeyConstraint(
            ["season_id", "application_id"],
            ["retreat_applications.season_id", "retreat_applications.id"],
            name=op.f("fk_retreat_invitations_season_id_application_id"),
        ),
        sa.PrimaryKeyConstraint("member_id", "season_id", "application_id", name=op.f("pk_retreat_invitations")),
    )
    with op.batch_alter_table("retreat_invitations") as batch_op:
        batch_op.create_index("ix_retreat_invitations_application", ["season_id", "application_id"], unique=False)

    op.create_table(
        "retreat_places",
        sa.Column("season_id", INT64, autoincrement=False, nullable=False),
        sa.Column("application_id", INT64, autoincrement=False, nullable=False),
        sa.Column("stage", INT64, autoincrement=False, nullable=False),
        sa.Column("batch", INT64, nullable=False),
        sa.Column("type_id", INT64, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("confirm_by", UTCDateTime(), nullable=False),
        sa.Column("reminded_at", UTCDateTime(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("stay_id", INT64, nullable=True),
        sa.Column("folio_id", INT64, nullable=True),
        sa.CheckConstraint(
            "status IN ('offered', 'confirmed', 'declined', 'declined_late', 'lapsed')",
            name=op.f("ck_retreat_places_status"),
        ),
        sa.ForeignKeyConstraint(
            ["season_id", "application_id"],
            ["retreat_applications.season_id", "retreat_applications.id"],
            name=op.f("fk_retreat_places_season_id_application_id"),
        ),
        sa.PrimaryKeyConstraint("season_id", "application_id", "stage", name=op.f("pk_retreat_places")),
    )
    with op.batch_alter_table("retreat_places") as batch_op:
        batch_op.create_index("ix_retreat_places_due", ["season_id", "status", "application_id"], unique=False)
        batch_op.create_index(
            "uq_retreat_places_live",
            ["season_id", "application_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('offered', 'confirmed')"),
            postgresql_where=sa.text("status IN ('offered', 'confirmed')"),
        )

    op.create_table(
        "retreat_fairness",
        sa.Column("season_id", INT64, autoincrement=False, nullable=False),
        sa.Column("redraws", INT64, nullable=False),
        sa.Column("groups", JSONText(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["season_id"], ["retreat_seasons.id"], name=op.f("fk_retreat_fairness_season_id")),
        sa.PrimaryKeyConstraint("season_id", name=op.f("pk_retreat_fairness")),
    )

    with op.batch_alter_table("member_categories") as batch_op:
        batch_op.create_index(
            "ix_member_categories_claims",
            ["member_id", "category"],
            unique=False,
            sqlite_where=sa.text("verified_at IS NULL"),
            postgresql_where=sa.text("verified_at IS NULL"),
        )
