using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using MetaGrains.Core.Entities;

namespace MetaGrains.Warehouse.Entities;

/// <summary>The statements of <see cref="EntityStore"/>. A record's properties are its table's columns, so they are written once.</summary>
internal static class EntitySql
{
    /// <summary>Two readers of one account come one after the other.</summary>
    public const string Guard = "select pg_advisory_xact_lock(hashtextextended('entities' || @tenant::text || @account, 0))";

    /// <summary>Ends versions that do not hold any more and begins the new ones; says how many began.</summary>
    public const string Versions = """
        with incoming as (
          select * from unnest(@ids, @contents, @hashes) as i (id, content, hash)
        ), ended as (
          update meta_entity_versions v set valid_to = greatest(@now, v.valid_from + interval '1 microsecond')
          from incoming i
          where v.tenant_id = @tenant and v.ad_account_id = @account and v.kind = @kind and v.entity_id = i.id
            and v.valid_to is null and v.content_hash <> i.hash
          returning v.entity_id, v.content, v.valid_to
        )
        insert into meta_entity_versions (tenant_id, ad_account_id, kind, entity_id, valid_from, content, changed_fields, content_hash)
        select @tenant, @account, @kind, i.id, coalesce(e.valid_to, (
                 select greatest(@now, max(o.valid_to)) from meta_entity_versions o
                 where o.tenant_id = @tenant and o.ad_account_id = @account and o.kind = @kind and o.entity_id = i.id), @now),
               i.content, case when e.content is null then '{}' else array(
                 select k from jsonb_object_keys(e.content || i.content) k where e.content -> k is distinct from i.content -> k order by k) end,
               i.hash
        from incoming i
        left join ended e on e.entity_id = i.id
        where e.entity_id is not null or not exists (
          select from meta_entity_versions v
          where v.tenant_id = @tenant and v.ad_account_id = @account and v.kind = @kind and v.entity_id = i.id and v.valid_to is null)
        """;

    /// <summary>When the kind was read last.</summary>
    public const string Freshness = """
        insert into data_freshness_marks (tenant_id, ad_account_id, stream, last_synced_at) values (@tenant, @account, @kind || 's', @now)
        on conflict (tenant_id, ad_account_id, stream) do update set last_synced_at = excluded.last_synced_at
        """;

    /// <summary>The pen of a run; it stays taken until the end of the transaction.</summary>
    public const string Fence = """
        select run_epoch from sync_cursors where tenant_id = @tenant and ad_account_id = @account and job = @job for update
        """;

    /// <summary>How far a kind was read.</summary>
    public const string MarkOf = """
        select changes_until, listed_at from meta_entity_reads where tenant_id = @tenant and ad_account_id = @account and kind = @kind
        """;

    /// <summary>Notes how far a kind was read.</summary>
    public const string Mark = """
        insert into meta_entity_reads (tenant_id, ad_account_id, kind, changes_until, listed_at) values (@tenant, @account, @kind, @until, @listed)
        on conflict (tenant_id, ad_account_id, kind) do update set changes_until = excluded.changes_until, listed_at = excluded.listed_at
        """;

    private static readonly Dictionary<EntityKind, string> Statements = EntityKinds.All.ToDictionary(kind => kind, MakeCurrent);

    /// <summary>Writes what differs in anything: first the rows that are there, then those that are not.</summary>
    public static string Current(EntityKind kind) => Statements[kind];

    /// <summary>Marks what the list does not name and ends its version; says how many.</summary>
    public static string Census(EntityKind kind) => $"""
        with gone as (
          update {Table(kind)} set deleted_at = @now, updated_at = @now
          where tenant_id = @tenant and ad_account_id = @account and deleted_at is null and {Key(kind)} <> all (@ids)
          returning {Key(kind)} as id
        ), ended as (
          update meta_entity_versions v set valid_to = greatest(@now, v.valid_from + interval '1 microsecond')
          from gone
          where v.tenant_id = @tenant and v.ad_account_id = @account and v.kind = @kind and v.entity_id = gone.id and v.valid_to is null
        )
        select count(*) from gone
        """;

    /// <summary>How many objects are held alive, and how many of them a list does not name.</summary>
    public static string Compare(EntityKind kind) => $"""
        select count(*), count(*) filter (where {Key(kind)} <> all (@ids))
        from {Table(kind)} where tenant_id = @tenant and ad_account_id = @account and deleted_at is null
        """;

    /// <summary>Ids of a list that are not held alive.</summary>
    public static string Unknown(EntityKind kind) => $"""
        select i from unnest(@ids) i
        where not exists (
          select from {Table(kind)} t
          where t.tenant_id = @tenant and t.ad_account_id = @account and t.{Key(kind)} = i and t.deleted_at is null)
        order by i
        """;

    private static string Table(EntityKind kind) => kind switch
    {
        EntityKind.Campaign => "meta_campaigns",
        EntityKind.AdSet => "meta_ad_sets",
        EntityKind.Ad => "meta_ads",
        EntityKind.Creative => "meta_creatives",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of entity."),
    };

    private static string Key(EntityKind kind) => kind.WireName() + "_id";

    private static Type Record(EntityKind kind) => kind switch
    {
        EntityKind.Campaign => typeof(CampaignRecord),
        EntityKind.AdSet => typeof(AdSetRecord),
        EntityKind.Ad => typeof(AdRecord),
        EntityKind.Creative => typeof(CreativeRecord),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of entity."),
    };

    private static string MakeCurrent(EntityKind kind)
    {
        string[] columns =
        [
            .. Record(kind).GetProperties()
                .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null && property.GetMethod!.GetBaseDefinition().DeclaringType!.GetProperty(property.Name)!.GetCustomAttribute<JsonIgnoreAttribute>() is null)
                .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)),
        ];
        var list = string.Join(", ", columns);
        return $"""
            insert into {Table(kind)} as t (tenant_id, ad_account_id, first_seen, updated_at, {list})
            select @tenant, @account, @now, @now, {string.Join(", ", columns.Select(column => "i." + column))}
            from jsonb_populate_recordset(null::{Table(kind)}, @entities) i
            where not exists (
              select from {Table(kind)} o
              where o.tenant_id = @tenant and o.ad_account_id = @account and o.{Key(kind)} = i.{Key(kind)} and o.raw = i.raw and o.deleted_at is null)
            on conflict (tenant_id, ad_account_id, {Key(kind)}) do update set
              deleted_at = null, updated_at = excluded.updated_at, {string.Join(", ", columns.Where(column => column != Key(kind)).Select(column => $"{column} = excluded.{column}"))}
            """;
    }
}
