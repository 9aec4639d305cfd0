using MetaGrains.GraphSimulator.World;

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

    /// <summary>The error that <see cref="InjectedFault.Code"/> and its neighbours name.</summary>
    Error,

    /// <summary>HTTP 503 with a body that is no JSON.</summary>
    Http503,

    /// <summary>The real answer, <see cref="InjectedFault.Seconds"/> late.</summary>
    Slow,

    /// <summary>Half a page, with a <c>next</c> that leads on. Lists only.</summary>
    ShortPage,

    /// <summary>The report run that is asked for will end as <c>Job Failed</c>. Report requests only.</summary>
    ReportFailed,

    /// <summary>The report run will end as <c>Job Skipped</c>. Report requests only.</summary>
    ReportSkipped,

    /// <summary>The report run waits <see cref="InjectedFault.Minutes"/> at 0 percent. Report requests only.</summary>
    ReportStalled,

    /// <summary>The item is <c>null</c>: the batch ran out of time before it. Items of batches only.</summary>
    BatchNull,

    /// <summary>The item answers 960. Items of batches only.</summary>
    BatchTimeout,
}

/// <summary>A fault to come.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Times">With how many calls; after them all is normal.</param>
/// <param name="Account">Only with calls on this account, <c>act_…</c> or bare; null for any.</param>
/// <param name="Minutes">The wait that <see cref="FaultKind.ThrottleInsights"/> states, or that a stalled run waits.</param>
/// <param name="Share">With which share of the calls that fit, 0 to 1; which ones follows from the seed.</param>
/// <param name="Code">The code of <see cref="FaultKind.Error"/> or of a failed report.</param>
/// <param name="Subcode">Its subcode.</param>
/// <param name="Status">The HTTP status of <see cref="FaultKind.Error"/>.</param>
/// <param name="Message">Its message.</param>
/// <param name="Seconds">How late <see cref="FaultKind.Slow"/> is.</param>
public sealed record InjectedFault(
    FaultKind Kind,
    int Times = 1,
    string? Account = null,
    int Minutes = 5,
    double Share = 1,
    int? Code = null,
    int? Subcode = null,
    int Status = 400,
    string? Message = null,
    double Seconds = 1);

/// <summary>What a call is, as far as faults care.</summary>
internal enum FaultScope
{
    Other,
    List,
    Insights,
    ReportRequest,
}

/// <summary>Faults that wait for their calls. Each call meets at most one, the oldest that fits it.</summary>
/// <param name="seed">Which calls a share of faults meets follows from it.</param>
public sealed class SimulatorFaults(int seed = 1)
{
    private readonly Chance _chance = new Chance((ulong)(uint)seed).At(17);
    private readonly Lock _lock = new();
    private readonly List<InjectedFault> _pending = [];
    private ulong _draws;

    /// <summary>How many calls still go wrong.</summary>
    public int Remaining
    {
        get
        {
            lock (_lock)
                return (int)Math.Min(int.MaxValue, _pending.Sum(fault => (long)fault.Times));
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
        if (fault.Share is not (> 0 and <= 1))
            throw new ArgumentException($"Share: {fault.Share} is not between 0 and 1.", nameof(fault));
        if (fault.Kind == FaultKind.Error && fault.Code is null)
            throw new ArgumentException("Code: an error needs one.", nameof(fault));
        if (fault.Status is < 200 or > 599)
            throw new ArgumentException($"Status: {fault.Status} is no HTTP status.", nameof(fault));
        if (fault.Seconds is not (>= 0 and <= 600))
            throw new ArgumentException($"Seconds: {fault.Seconds} is not between 0 and 600.", nameof(fault));
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
    /// <param name="inBatch">Whether the call is an item of a batch, which shares its connection with others.</param>
    internal InjectedFault? Take(string? account, FaultScope scope, bool inBatch)
    {
        lock (_lock)
        {
            var place = _pending.FindIndex(fault => Fits(fault, account, scope, inBatch) && Meets(fault));
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

    private bool Meets(InjectedFault fault) => fault.Share >= 1 || _chance.At(_draws++).Unit < fault.Share;

    private static bool Fits(InjectedFault fault, string? account, FaultScope scope, bool inBatch) =>
        (fault.Account is null || fault.Account == account)
        && fault.Kind switch
        {
            FaultKind.ThrottleInsights => scope is FaultScope.Insights or FaultScope.ReportRequest,
            FaultKind.EmptyNext or FaultKind.Garbage => scope == FaultScope.Insights,
            FaultKind.ShortPage => scope is FaultScope.List or FaultScope.Insights,
            FaultKind.ReportFailed or FaultKind.ReportSkipped or FaultKind.ReportStalled => scope == FaultScope.ReportRequest,
            FaultKind.BatchNull or FaultKind.BatchTimeout => inBatch,
            FaultKind.Truncated or FaultKind.Html or FaultKind.Reset or FaultKind.Slow or FaultKind.Http503 => !inBatch,
            _ => true,
        };
}
