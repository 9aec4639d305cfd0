using MetaGrains.Bench.Virtual;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Time;

namespace MetaGrains.Bench.Simulation;

/// <summary>
/// Weeks of many accounts in virtual time, on one thread: the decisions of Core as they run in production, the limits of
/// the simulator, and everything that breaks. What must always hold is looked at while it goes on.
/// </summary>
internal sealed class SimulatedWorld
{
    public const int Silos = 4;

    private const double LostAnswers = 0.001;
    private const int MostTold = 20;

    private static readonly TimeSpan Connecting = TimeSpan.FromHours(6);
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SweepGrace = TimeSpan.FromSeconds(90);
    private static readonly string[] Zones = ["UTC", "Europe/Prague", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"];

    private readonly Dictionary<string, VirtualAccount> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<VirtualAccount, ReadDays> _read = [];
    private readonly HashSet<VirtualAccount> _asleep = [];
    private readonly List<string> _violations = [];
    private readonly TimeSpan[] _skews = new TimeSpan[Silos];
    private readonly Random _chance;
    private readonly Chaos? _chaos;
    private readonly DateTimeOffset _end;
    private readonly DateTimeOffset _calm;
    private int _violationCount;
    private long _runs;
    private long _sweeps;

    public SimulatedWorld(SimulationOptions options)
    {
        Options = options;
        _chance = new Random(options.Seed);
        Time = new VirtualTime(Begin);
        (_end, _calm) = (Begin.AddDays(options.Days), Begin.AddDays(options.Faults ? options.Days * SimulationOptions.FaultShare : 0) + Connecting);
        for (var number = 0; number < options.Tenants; number++)
            Tenants.Add(MakeTenant(number));
        _chaos = options.Faults ? new Chaos(this, new Random(options.Seed ^ 0x5eed), Begin.AddDays(options.Days * SimulationOptions.FaultShare)) : null;
    }

    public static DateTimeOffset Begin { get; } = new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);

    public SimulationOptions Options { get; }

    public VirtualTime Time { get; }

    public List<SimulatedTenant> Tenants { get; } = [];

    /// <summary>Meta answers almost everything with an error.</summary>
    public bool Incident { get; set; }

    /// <summary>A clock was wrong at least once.</summary>
    public bool HadSkew { get; set; }

    /// <summary>The next silo that publishes dies before it can say so.</summary>
    public bool DieAfterCommit { get; set; }

    public VirtualAccount Account(string requester) => _accounts[requester];

    public int SiloOf(int number) => (int)((uint)(number * 2_654_435_761L) >> 16) % Silos;

    public TimeSpan SkewOf(int number) => _skews[SiloOf(number)];

    public void SetSkew(int silo, TimeSpan skew)
    {
        _skews[silo] = skew;
        foreach (var tenant in Tenants.Where(tenant => SiloOf(tenant.Number) == silo))
            tenant.Budget.Skew = skew;
    }

    /// <summary>A call between grains takes its time.</summary>
    public void Message(Action arrive) => Time.In(TimeSpan.FromMilliseconds(1 + _chance.Next(10)), arrive);

    /// <summary>Something that must hold.</summary>
    public void Require(bool holds, string what, string about)
    {
        if (holds)
            return;
        _violationCount++;
        if (_violations.Count < MostTold && !_violations.Any(told => told.Contains(what, StringComparison.Ordinal)))
            _violations.Add($"{Time.Now:yyyy-MM-dd HH:mm:ss} {what}: {about}");
    }

    /// <summary>The activation of an account is gone; its reminder or a sweep will wake it.</summary>
    public void Sleep(VirtualAccount account)
    {
        account.Crash();
        _asleep.Add(account);
    }

    public SimulationResult Run()
    {
        _chaos?.Start();
        Sweep();
        Time.RunUntil(_end);
        var worst = (Fits: 0.0, Short: 0.0);
        foreach (var tenant in Tenants)
        {
            var oldest = tenant.Accounts.Max(account => CheckEnd(tenant, account));
            worst = tenant.IsShort ? (worst.Fits, Math.Max(worst.Short, oldest)) : (Math.Max(worst.Fits, oldest), worst.Short);
        }

        return new SimulationResult
        {
            Options = Options,
            Violations = _violations,
            ViolationCount = _violationCount,
            Events = Time.Events,
            Runs = _runs,
            Calls = Tenants.Sum(tenant => tenant.Meta.Calls),
            Throttles = (Tenants.Sum(tenant => tenant.Meta.Refused), Tenants.Sum(tenant => tenant.Meta.Episodes)),
            Faults = _chaos?.Counts ?? new Dictionary<string, int>(StringComparer.Ordinal),
            WorstIntervals = worst,
            Utilization = Tenants.Where(tenant => tenant.IsShort).Select(tenant => tenant.CallsPerHour(_end - Begin) / tenant.Allowance).DefaultIfEmpty(0).Max(),
        };
    }

    /// <summary>Everything of a run was published.</summary>
    public void Published(VirtualAccount account, SyncEffect.StartRun run)
    {
        _runs++;
        if (_read[account].Publish(run, Time.Now) is { } wrong)
            Require(false, "a cursor went back", $"{account.Requester}: {wrong}");
        if (!DieAfterCommit)
            return;
        DieAfterCommit = false;
        Sleep(account);
    }

    private double CheckEnd(SimulatedTenant tenant, VirtualAccount account)
    {
        var read = _read[account];
        var interval = account.Settings.TierInterval;
        var age = (Time.Now - (read.LastTier ?? Begin)) / interval;
        var limit = tenant.IsShort ? double.PositiveInfinity : 2 + (TimeSpan.FromMinutes(10) / interval);
        if (_end - _calm > (2 * interval) + TimeSpan.FromHours(4))
            Require(age <= limit, "a promise was not met although demand fits", $"{account.Requester} of tenant {tenant.Number} ({account.Settings.Tier.Name}): {age:0.0} intervals; {Why(account)}");
        var yesterday = account.Settings.Calendar.Today(Time.Now).AddDays(-1);
        if (_end - Begin > TimeSpan.FromDays(1) && read.Unread(tenant.IsShort ? yesterday.AddDays(-1) : yesterday) is { } unread)
            Require(false, "a day was never read", $"{account.Requester} of tenant {tenant.Number} ({account.Settings.Tier.Name}): {unread}");
        return age;
    }

    private string Why(VirtualAccount account) =>
        account.State is null ? "asleep" : string.Join(" ", SyncExplain.Explain(account.State, Time.Now).Select(fact => fact.Text));

    private SimulatedTenant MakeTenant(int number)
    {
        var size = Options.Accounts / Options.Tenants;
        var id = new TenantId(new Guid(number + 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
        var numbers = Enumerable.Range(number * size, size).ToArray();
        var demands = numbers.Select(account => SimulatedHost.DemandOf(account, TierOf(account))).ToArray();
        var demand = (demands.Sum(one => one.Insights), demands.Sum(one => one.Objects));
        var tenant = new SimulatedTenant(this, number, id, size, demand);
        AccountCalendar.TryCreate(Zones[number % Zones.Length], out var calendar);
        foreach (var one in numbers)
        {
            var settings = new AccountSettings
            {
                Version = "1",
                Enabled = true,
                TenantEnabled = true,
                Tier = TierOf(one),
                Calendar = calendar!,
                Connection = tenant.Connection,
                ConnectionVersion = 1,
                App = new AppKey(number + 1),
            };
            var account = new VirtualAccount(new SimulatedHost(this, tenant, one, _chance), new AdAccountKey(id, AdAccountId.Parse($"{one + 1}")), settings, one);
            _accounts.Add(account.Requester, account);
            _read.Add(account, new ReadDays());
            tenant.Accounts.Add(account);
            Time.In(Connecting * _chance.NextDouble(), () => Connect(account));
        }

        return tenant;
    }

    // The days that are due begin with the one on which it was connected.
    private void Connect(VirtualAccount account)
    {
        _read[account].First = account.Settings.Calendar.Today(Time.Now);
        account.Activate();
    }

    private static Tier TierOf(int account) => Tier.Defaults[account % Tier.Defaults.Count];

    // The sweeps wake who is overdue: whose activation is gone, or whose timer never came (a clock was set back). An
    // account's own reminder comes when it is due, and does nothing that its timer did not do.
    private void Sweep()
    {
        foreach (var account in _asleep.Where(account => account.State is not null || account.DueAt + SweepGrace <= Time.Now || account.DueAt is null).OrderBy(account => account.Number).ToArray())
        {
            _asleep.Remove(account);
            account.Activate();
        }

        if (++_sweeps % 10 == 0)
        {
            foreach (var account in _accounts.Values)
            {
                if (account.State?.WakeAt + SweepGrace <= Time.Now)
                    account.Send(new SyncEvent.SweepPoked());
            }
        }

        Time.In(SweepPeriod, Sweep);
    }

    /// <summary>Whether the answer to a question is lost.</summary>
    public bool LosesAnswer() => _chaos is not null && Time.Now < _calm && _chance.NextDouble() < LostAnswers;
}
