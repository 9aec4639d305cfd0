namespace MetaGrains.GraphSimulator;

/// <summary>What goes wrong with a call.</summary>
public enum FaultKind
{
    /// <summary>HTTP 500 with code 1, subcode 99.</summary>
    Http500,

    /// <summary>HTTP 500 with code 2 and <c>is_transient</c>.</summary>
    Transient,

    /// <summary>17/2446079: the ad-account score is used up.</summary>
    ThrottleAccount,

    /// <summary>80000/2446079, with the minutes to wait in the business use case header. Insights calls only.</summary>
    ThrottleInsights,

    /// <summary>The JSON ends in the middle, and the connection ends in order: only a parser notices.</summary>
    Truncated,

    /// <summary>HTTP 200 with a page of HTML.</summary>
    Html,

    /// <summary>An empty page with a <c>next</c> that leads to the real one. Insights calls only.</summary>
    EmptyNext,

    /// <summary>HTTP 200 with an error in the body.</summary>
    Error200,

    /// <summary>The connection is cut in the middle of the body.</summary>
    Reset,

    /// <summary>Valid JSON in which one row has a spend of <c>abc</c>. Insights calls only.</summary>
    Garbage,
}

/// <summary>A fault to come.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Times">With how many calls; after them all is normal.</param>
/// <param name="Account">Only with calls on this account, <c>act_…</c> or bare; null for any.</param>
/// <param name="Minutes">The wait that <see cref="FaultKind.ThrottleInsights"/> states.</param>
public sealed record InjectedFault(FaultKind Kind, int Times = 1, string? Account = null, int Minutes = 5);

/// <summary>Faults that wait for their calls. Each call meets at most one, the oldest that fits it.</summary>
public sealed class SimulatorFaults
{
    private readonly Lock _lock = new();
    private readonly List<InjectedFault> _pending = [];

    /// <summary>How many calls still go wrong.</summary>
    public int Remaining
    {
        get
        {
            lock (_lock)
                return _pending.Sum(fault => fault.Times);
        }
    }

    /// <summary>Lets calls go wrong.</summary>
    /// <exception cref="ArgumentException">A number is not positive, or the account is no account id.</exception>
    public void Add(InjectedFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (fault.Times < 1)
            throw new ArgumentException($"Times: {fault.Times} is not positive.", nameof(fault));
        if (fault.Minutes < 0)
            throw new ArgumentException($"Minutes: {fault.Minutes} is negative.", nameof(fault));
        if (!Enum.IsDefined(fault.Kind))
            throw new ArgumentException($"Kind: {fault.Kind} is no fault.", nameof(fault));
        var account = fault.Account is null ? null : AccountIdText.Bare(fault.Account);
        lock (_lock)
            _pending.Add(fault with { Account = account });
    }

    /// <summary>Forgets all faults.</summary>
    public void Clear()
    {
        lock (_lock)
            _pending.Clear();
    }

    /// <summary>Takes the fault that a call meets, if any.</summary>
    internal InjectedFault? Take(string? account, bool insights)
    {
        lock (_lock)
        {
            var place = _pending.FindIndex(fault => Fits(fault, account, insights));
            if (place < 0)
                return null;
            var fault = _pending[place];
            if (fault.Times == 1)
                _pending.RemoveAt(place);
            else
                _pending[place] = fault with { Times = fault.Times - 1 };
            return fault;
        }
    }

    /// <summary>Puts a fault back that found nothing to spoil; it is the next again.</summary>
    internal void GiveBack(InjectedFault fault)
    {
        lock (_lock)
            _pending.Insert(0, fault with { Times = 1 });
    }

    private static bool Fits(InjectedFault fault, string? account, bool insights) =>
        (fault.Account is null || fault.Account == account)
        && (insights || fault.Kind is not (FaultKind.ThrottleInsights or FaultKind.EmptyNext or FaultKind.Garbage));
}
