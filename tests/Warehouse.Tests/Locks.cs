using MetaGrains.Testing;

namespace MetaGrains.Warehouse.Tests;

/// <summary>Looks at who waits for whom.</summary>
internal static class Locks
{
    public static async Task<bool> SomebodyWaitsAsync(TestDatabase database) =>
        await database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0;
}
