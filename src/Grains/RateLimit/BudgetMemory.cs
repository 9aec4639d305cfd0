using MetaGrains.Core.Budget;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Grains.RateLimit;

/// <summary>
/// The stored form of a <see cref="BudgetSnapshot"/>, under the state name <c>tenant.budget</c>. Numbers of
/// <c>[Id]</c> are durable: never reused, and new members have a harmless default.
/// </summary>
[GenerateSerializer]
[Alias("metagrains.BudgetMemory")]
public sealed class BudgetMemory
{
    /// <summary>What is known of each scope.</summary>
    [Id(0)]
    public List<ScopeMemory> Scopes { get; set; } = [];

    /// <summary>Charges against every scope.</summary>
    [Id(1)]
    public List<ChargeMemory> Lost { get; set; } = [];

    /// <summary>Name of the <see cref="AccessTier"/>.</summary>
    [Id(2)]
    public string Access { get; set; } = nameof(AccessTier.Unknown);

    /// <summary>The open block.</summary>
    [Id(3)]
    public ChargeMemory Block { get; set; } = new();

    /// <summary>The first grant id that was not used.</summary>
    [Id(4)]
    public long NextGrant { get; set; } = 1;

    internal static BudgetMemory Of(BudgetSnapshot snapshot) => new()
    {
        Scopes = [.. snapshot.Ledgers.Select(ScopeMemory.Of)],
        Lost = [.. snapshot.Lost.Select(ChargeMemory.Of)],
        Access = snapshot.Access.ToString(),
        Block = ChargeMemory.Of(snapshot.ChargedThrough),
        NextGrant = snapshot.NextGrant,
    };

    internal BudgetSnapshot ToSnapshot() => new()
    {
        Ledgers = [.. Scopes.Select(scope => scope.ToLedger())],
        Lost = [.. Lost.Select(charge => charge.ToCharge())],
        // A tier that a newer program knew is stated again with the next header.
        Access = Enum.TryParse<AccessTier>(Access, out var access) ? access : AccessTier.Unknown,
        ChargedThrough = Block.ToCharge(),
        NextGrant = NextGrant,
    };
}

/// <summary>The stored form of a <see cref="ScopeLedger"/>.</summary>
[GenerateSerializer]
[Alias("metagrains.ScopeMemory")]
public sealed class ScopeMemory
{
    /// <summary>The scope's text.</summary>
    [Id(0)]
    public string Scope { get; set; } = "";

    /// <summary>Charges by the end of their bucket.</summary>
    [Id(1)]
    public List<ChargeMemory> Charges { get; set; } = [];

    /// <summary>Percent used, as Meta stated it last.</summary>
    [Id(2)]
    public double Percent { get; set; }

    /// <summary>When Meta stated it.</summary>
    [Id(3)]
    public DateTimeOffset? ObservedAt { get; set; }

    /// <summary>Until when Meta blocks it.</summary>
    [Id(4)]
    public DateTimeOffset? BlockedUntil { get; set; }

    /// <summary>Whether the warning was given.</summary>
    [Id(5)]
    public bool Warned { get; set; }

    /// <summary>How many of our own calls were in what Meta stated last.</summary>
    [Id(6)]
    public int OwnAtObservation { get; set; }

    /// <summary>Percent that a number of calls cost; see <see cref="LearnedCalls"/>.</summary>
    [Id(7)]
    public double LearnedPercent { get; set; }

    /// <summary>The calls that the cost was learned from.</summary>
    [Id(8)]
    public double LearnedCalls { get; set; }

    /// <summary>Permits that may be in flight at once while the scope is not trusted; null when the rules say.</summary>
    [Id(9)]
    public int? Exposure { get; set; }

    /// <summary>How long the last block was, while calls after it were refused again.</summary>
    [Id(10)]
    public TimeSpan LastBlock { get; set; }

    /// <summary>How many of our own calls Meta surely counted when it stated its last.</summary>
    [Id(11)]
    public int HeldAtObservation { get; set; }

    /// <summary>How many of our own calls the window has forgotten since Meta stated its last.</summary>
    [Id(12)]
    public long ForgottenSince { get; set; }

    internal static ScopeMemory Of(ScopeLedger ledger) => new()
    {
        Scope = ledger.Scope.ToString(),
        Charges = [.. ledger.Charges.Select(ChargeMemory.Of)],
        Percent = ledger.Percent,
        ObservedAt = ledger.ObservedAt,
        BlockedUntil = ledger.BlockedUntil,
        Warned = ledger.Warned,
        OwnAtObservation = ledger.OwnAtObservation,
        HeldAtObservation = ledger.HeldAtObservation,
        LearnedPercent = ledger.Learned.Percent,
        LearnedCalls = ledger.Learned.Calls,
        Exposure = ledger.Exposure,
        LastBlock = ledger.LastBlock,
        ForgottenSince = ledger.Forgotten - ledger.ForgottenAtObservation,
    };

    internal ScopeLedger ToLedger() => Charges.Aggregate(
        new ScopeLedger
        {
            Scope = BudgetMessages.ToScope(Scope),
            Percent = Percent,
            ObservedAt = ObservedAt,
            BlockedUntil = BlockedUntil,
            Warned = Warned,
            OwnAtObservation = OwnAtObservation,
            HeldAtObservation = HeldAtObservation,
            Learned = new LearnedCost(LearnedPercent, LearnedCalls),
            Exposure = Exposure,
            LastBlock = LastBlock,
            Forgotten = ForgottenSince,
        },
        (ledger, charge) => ledger.Add(charge.ToCharge()));
}

/// <summary>The stored form of a <see cref="Charge"/>.</summary>
[GenerateSerializer]
[Alias("metagrains.ChargeMemory")]
public sealed class ChargeMemory
{
    /// <summary>The last moment at which the permits may have been used.</summary>
    [Id(0)]
    public DateTimeOffset Through { get; set; }

    /// <summary>How many.</summary>
    [Id(1)]
    public int Count { get; set; }

    internal static ChargeMemory Of(Charge charge) => new() { Through = charge.Through, Count = charge.Count };

    internal Charge ToCharge() => new(Through, Count);
}
