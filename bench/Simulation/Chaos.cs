using MetaGrains.Bench.Virtual;

namespace MetaGrains.Bench.Simulation;

/// <summary>Breaks things, by chance and as often as the seed says, until it is told to stop.</summary>
internal sealed class Chaos(SimulatedWorld world, Random chance, DateTimeOffset until)
{
    private static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(20);

    /// <summary>How much a clock is off at most.</summary>
    public static TimeSpan MostSkew { get; } = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, int> Counts => _counts;

    private VirtualTime Time => world.Time;

    public void Start()
    {
        Every(TimeSpan.FromHours(8), "silo died", KillSilo);
        Every(TimeSpan.FromHours(6), "limit cut tenfold", CutLimit);
        Every(TimeSpan.FromHours(8), "token died", KillToken);
        Every(TimeSpan.FromHours(48), "incident", BeginIncident);
        Every(TimeSpan.FromHours(12), "clock jumped", MoveClock);
        Every(TimeSpan.FromMinutes(20), "died after the commit", () => world.DieAfterCommit = true);
    }

    // The times between are exponential, as of things that do not know of each other.
    private void Every(TimeSpan mean, string name, Action happen)
    {
        var wait = mean * -Math.Log(1 - chance.NextDouble());
        if (Time.Now + wait >= until)
            return;
        Time.In(wait, () =>
        {
            _counts[name] = _counts.GetValueOrDefault(name) + 1;
            happen();
            Every(mean, name, happen);
        });
    }

    private SimulatedTenant Anyone() => world.Tenants[chance.Next(world.Tenants.Count)];

    private void KillSilo()
    {
        var silo = chance.Next(SimulatedWorld.Silos);
        foreach (var tenant in world.Tenants)
        {
            if (world.SiloOf(tenant.Number) == silo)
            {
                tenant.Budget.Crash();
                tenant.DownUntil = Time.Now + TakeOver;
            }

            foreach (var account in tenant.Accounts)
            {
                if (world.SiloOf(account.Number) == silo && account.State is not null)
                    world.Sleep(account);
            }
        }
    }

    private void CutLimit()
    {
        var tenant = Anyone();
        var limits = tenant.Limits;
        tenant.Meta.Change(limits with
        {
            UserCallsPerHour = limits.UserCallsPerHour is { } calls ? Math.Max(1, calls / 10) : null,
            InsightsFactor = limits.InsightsFactor / 10,
        });
        Excuse(tenant, TimeSpan.FromHours(2.5));
        Time.In(TimeSpan.FromHours(1), () => tenant.Meta.Change(limits));
    }

    private void KillToken()
    {
        var tenant = Anyone();
        tenant.TokenIsDead = true;
        Time.In(TimeSpan.FromHours(1 + (2 * chance.NextDouble())), tenant.RenewToken);
    }

    private void BeginIncident()
    {
        world.Incident = true;
        Time.In(TimeSpan.FromMinutes(10 + chance.Next(30)), () => world.Incident = false);
    }

    // One silo's clock is off for an hour.
    private void MoveClock()
    {
        world.HadSkew = true;
        var (silo, skew) = (chance.Next(SimulatedWorld.Silos), MostSkew * ((2 * chance.NextDouble()) - 1));
        world.SetSkew(silo, skew);
        Time.In(TimeSpan.FromHours(1), () => world.SetSkew(silo, TimeSpan.Zero));
    }

    private void Excuse(SimulatedTenant tenant, TimeSpan time)
    {
        if (tenant.ExcusedUntil < Time.Now + time)
            tenant.ExcusedUntil = Time.Now + time;
    }
}
