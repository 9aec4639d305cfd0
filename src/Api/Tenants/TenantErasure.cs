using MetaGrains.Api.Auth;
using MetaGrains.Api.Problems;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Tenants;

namespace MetaGrains.Api.Tenants;

/// <summary>That nothing is left of a tenant.</summary>
/// <param name="TenantId">Its id.</param>
/// <param name="Slug">Its name in URLs; it may be given again.</param>
/// <param name="ErasedAt">When the last row was erased.</param>
/// <param name="Rows">Rows that this request erased, by table with its schema; empty when an earlier one had.</param>
public sealed record TenantErased(Guid TenantId, string Slug, DateTimeOffset ErasedAt, IReadOnlyDictionary<string, long> Rows);

/// <summary>Erases tenants at once. The audit log keeps that it was done, by whom, and how many rows went.</summary>
internal sealed class TenantErasure(TenantGraves graves, TenantEraser eraser, AuditLog audit, TimeProvider clock)
{
    public const string Now = "now";

    private const int Tries = 3;
    private const int RetryAfter = 2;

    public static TenantErased Example { get; } = new(
        Guid.Parse("0198a3f2-6a3c-7c1e-9d7b-3f2f0e1c5a77"), "acme", new DateTimeOffset(2026, 3, 6, 12, 0, 0, TimeSpan.Zero),
        new Dictionary<string, long> { ["public.meta_insights_daily"] = 120_000, ["public.tenants"] = 1 });

    /// <returns>Null when there never was such a tenant.</returns>
    public async Task<TenantErased?> EraseAsync(string slugOrId, Caller caller, string traceId, CancellationToken cancellationToken)
    {
        if (!AuthMiddleware.IsName(slugOrId) || await graves.FindAsync(slugOrId, cancellationToken) is not { } grave)
            return null;
        if (grave.ErasedAt is { } earlier)
            return new TenantErased(grave.Id.Value, grave.Slug, earlier, new Dictionary<string, long>());
        // Written before anything is erased: a crash in between leaves the row, and the tenant to be erased again.
        var row = await audit.WriteAsync(
            new AuditEntry(null, caller.Name, TenantGraves.Action, grave.Id.ToString(), traceId), new { slug = grave.Slug }, cancellationToken);
        var rows = await EraseAsync(grave, cancellationToken);
        // As PostgreSQL keeps it, so that a repetition says the same.
        var ended = clock.GetUtcNow();
        var now = ended.AddTicks(-(ended.Ticks % TimeSpan.TicksPerMicrosecond));
        // It is done: whether or not somebody still listens, the log must say so.
        await audit.AmendAsync(row, new { slug = grave.Slug, erased_at = now, rows }, CancellationToken.None);
        return new TenantErased(grave.Id.Value, grave.Slug, now, rows);
    }

    private async Task<IReadOnlyDictionary<string, long>> EraseAsync(TenantGrave grave, CancellationToken cancellationToken)
    {
        var all = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Add((await eraser.EraseAsync(grave.Id, cancellationToken)).Rows);
                return all;
            }
            catch (TenantBusyException busy)
            {
                Add(busy.Erased.Rows);
                if (attempt == Tries)
                    throw ProblemException.Unavailable("Something still writes rows of the tenant.", "Try again after the seconds of Retry-After.", RetryAfter);
            }
        }

        void Add(IReadOnlyDictionary<string, long> erased)
        {
            foreach (var (table, count) in erased)
                all[table] = all.GetValueOrDefault(table) + count;
        }
    }
}
