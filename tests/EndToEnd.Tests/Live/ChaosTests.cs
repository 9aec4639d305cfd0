using System.Globalization;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>
/// Three silos with accounts that sync by themselves, and what can happen to machines. Afterwards every account is on
/// schedule again, and SQL holds what the source holds: no row lost, none doubled.
/// </summary>
public sealed class ChaosTests : IAsyncLifetime
{
    private const int Accounts = 9;

    // Far longer than any lease or probe lets a silo be silent.
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(20);

    private readonly List<HostProcess> _silos = [];
    private LiveSystem _system = null!;

    public async Task InitializeAsync()
    {
        _system = await LiveSystem.StartAsync(new TenantSettings("Acme", "EUR", null, "fixed", 1_000_000), silo: false, accounts: Accounts);
        for (var number = 0; number < 3; number++)
            _silos.Add(await _system.NewSiloAsync());
        await _system.Database.ExecuteAsync("""update ad_accounts set enabled = true, settings = '{"interval_seconds": 4}'""");
        await OnScheduleAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var silo in _silos)
            await silo.DisposeAsync();
        await _system.DisposeAsync();
    }

    [Fact]
    public Task One_of_three_is_killed() => HealsAsync(() => KillAsync(1));

    [Fact]
    public Task Two_of_three_are_killed_at_once() => HealsAsync(() => KillAsync(2));

    [Fact]
    public Task All_are_killed_and_one_comes_back() => HealsAsync(async () =>
    {
        await KillAsync(3);
        _silos.Add(await _system.NewSiloAsync());
    });

    [Fact]
    public Task One_is_frozen_for_longer_than_anything_lasts_and_thaws() => HealsAsync(async () =>
    {
        await _silos[0].FreezeAsync();
        var began = TimeProvider.System.GetTimestamp();
        await OnScheduleAsync();
        await Eventually.TrueAsync(() => Task.FromResult(TimeProvider.System.GetElapsedTime(began) > Frozen), "it was away for long");
        await _silos[0].ThawAsync();
    });

    [Fact]
    public Task All_are_replaced_one_after_the_other() => HealsAsync(async () =>
    {
        for (var number = 0; number < 3; number++)
        {
            _silos.Add(await _system.NewSiloAsync());
            await _silos[0].StopAsync();
            await RemoveAsync();
        }
    });

    [Fact]
    public Task Every_connection_to_the_database_breaks() => HealsAsync(async () =>
    {
        await using var connection = await _system.Database.Source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        await command.ExecuteNonQueryAsync();
    });

    private async Task HealsAsync(Func<Task> fault)
    {
        await fault();

        await OnScheduleAsync();
        await AssertTruthAsync();
    }

    private async Task KillAsync(int many)
    {
        await Task.WhenAll(_silos.Take(many).Select(silo => silo.KillAsync()));
        for (; many > 0; many--)
            await RemoveAsync();
    }

    private async Task RemoveAsync()
    {
        await _silos[0].DisposeAsync();
        _silos.RemoveAt(0);
    }

    // Each account has run as a whole after this moment.
    private async Task OnScheduleAsync()
    {
        var since = (await _system.Database.ScalarAsync<DateTime>("select clock_timestamp()")).ToString("O", CultureInfo.InvariantCulture);
        await Eventually.TrueAsync(
            () => _system.Database.ScalarAsync<bool>($"""
                select count(distinct ad_account_id) = {Accounts} from sync_runs
                where job = 'tier' and status = 'succeeded' and started_at > '{since}'
                """),
            () => $"every account is on schedule; the silos say: {string.Join('\n', _silos.Select(silo => silo.Log))}");
    }

    private async Task AssertTruthAsync()
    {
        foreach (var account in _system.Simulator.AccountIds)
        {
            var read = Assert.Single(await _system.Database.RowsAsync(
                "select min(window_since), max(window_until) from sync_runs where ad_account_id = $1 and job in ('initial', 'tier') and status = 'succeeded'", account)).Trim('(', ')').Split(',');
            var truth = _system.Simulator.Truth(account, DateOnly.Parse(read[0], CultureInfo.InvariantCulture), DateOnly.Parse(read[1], CultureInfo.InvariantCulture));
            Assert.Equal(
                $"({truth.Rows},{truth.Spend},{truth.Impressions},{truth.Clicks})",
                Assert.Single(await _system.Database.RowsAsync(
                    "select count(*), coalesce(trim_scale(sum(spend)), 0), coalesce(sum(impressions), 0), coalesce(sum(clicks), 0) from fact_meta_daily where ad_account_id = $1 and date between $2 and $3",
                    account, DateOnly.Parse(read[0], CultureInfo.InvariantCulture), DateOnly.Parse(read[1], CultureInfo.InvariantCulture))));
        }
    }
}
