using System.Collections.Immutable;

namespace MetaGrains.Core.Incidents;

/// <summary>A run of an account failed.</summary>
/// <param name="Account">The account's key.</param>
/// <param name="Signature">How.</param>
/// <param name="Message">What was said, for a person.</param>
/// <param name="At">When.</param>
public sealed record FailedAccount(string Account, ErrorSignature Signature, string Message, DateTimeOffset At);

/// <summary>An incident that was recognised.</summary>
/// <param name="Signature">The error.</param>
/// <param name="Message">What one of the accounts was told.</param>
/// <param name="Accounts">How many accounts had it within the window.</param>
public sealed record FoundIncident(ErrorSignature Signature, string Message, int Accounts);

/// <summary>What is known of one error.</summary>
/// <param name="Recent">Who had it within the window, and when last.</param>
/// <param name="Left">How many have left the window, decayed: what is ordinary for it.</param>
/// <param name="LeftAt">When that was counted.</param>
/// <param name="Message">What was said last.</param>
public sealed record ErrorWatch(ImmutableDictionary<string, DateTimeOffset> Recent, double Left, DateTimeOffset LeftAt, string Message);

/// <summary>What a detector remembers; immutable.</summary>
public sealed record IncidentWatch
{
    /// <summary>Nothing yet.</summary>
    public static IncidentWatch Empty { get; } = new();

    /// <summary>Errors of late, or that are ordinary.</summary>
    public ImmutableDictionary<ErrorSignature, ErrorWatch> Errors { get; init; } = ImmutableDictionary<ErrorSignature, ErrorWatch>.Empty;

    /// <summary>Runs that succeeded within the window, the oldest first.</summary>
    public ImmutableList<(DateTimeOffset At, int Runs)> Succeeded { get; init; } = [];
}

/// <summary>
/// Recognises the same new error on many accounts within minutes. A sliding window per error, held against how many
/// accounts are active at all and against how many have that error in an ordinary window.
/// </summary>
public static class IncidentDetector
{
    /// <summary>Most accounts that are remembered per error: enough to know that it is an incident.</summary>
    public const int MaxAccounts = 10_000;

    // Below this a past error is no more ordinary than one that never was.
    private const double Forgotten = 0.01;

    /// <summary>Takes in what was reported.</summary>
    /// <param name="open">Errors whose incident is open: they are neither counted nor ordinary.</param>
    /// <returns>What is remembered, and what was recognised; each error once, since who had it is forgotten then.</returns>
    public static (IncidentWatch Watch, ImmutableArray<FoundIncident> Found) Take(
        IncidentWatch watch, IncidentThreshold threshold, IEnumerable<FailedAccount> failed, int succeeded, IReadOnlySet<ErrorSignature> open, DateTimeOffset now)
    {
        var from = now - threshold.Window;
        var errors = watch.Errors;
        foreach (var failure in failed.Where(failure => !open.Contains(failure.Signature) && failure.At > from))
        {
            var known = errors.GetValueOrDefault(failure.Signature) ?? new ErrorWatch(ImmutableDictionary<string, DateTimeOffset>.Empty, 0, now, failure.Message);
            if (known.Recent.Count < MaxAccounts || known.Recent.ContainsKey(failure.Account))
                errors = errors.SetItem(failure.Signature, known with { Recent = known.Recent.SetItem(failure.Account, failure.At), Message = failure.Message });
        }

        errors = Aged(errors, threshold, from, now);
        var runs = watch.Succeeded.RemoveAll(entry => entry.At <= from);
        if (succeeded > 0)
            runs = runs.Add((now, succeeded));
        var active = runs.Sum(entry => entry.Runs) + errors.Values.SelectMany(error => error.Recent.Keys).Distinct(StringComparer.Ordinal).Count();
        var found = errors.Where(entry => entry.Value.Recent.Count >= Least(entry.Value, threshold, active))
            .Select(entry => new FoundIncident(entry.Key, entry.Value.Message, entry.Value.Recent.Count)).ToImmutableArray();
        foreach (var incident in found)
            errors = errors.SetItem(incident.Signature, Told(errors[incident.Signature], threshold));
        return (new IncidentWatch { Errors = errors, Succeeded = runs }, found);
    }

    // What comes back again and again becomes ordinary; one wave, however high, does not hide the next.
    private static ErrorWatch Told(ErrorWatch error, IncidentThreshold threshold) =>
        error with { Recent = error.Recent.Clear(), Left = error.Left + threshold.LeastAccounts };

    private static double Least(ErrorWatch error, IncidentThreshold threshold, int active) =>
        Math.Max(Math.Max(threshold.LeastAccounts, threshold.LeastShare * active), threshold.OverOrdinary * Ordinary(error, threshold));

    // So many leave in a window that a count which halves in HalfLife stays as it is.
    private static double Ordinary(ErrorWatch error, IncidentThreshold threshold) => error.Left * (1 - Decay(threshold.Window, threshold));

    private static double Decay(TimeSpan time, IncidentThreshold threshold) => Math.Pow(0.5, time / threshold.HalfLife);

    private static ImmutableDictionary<ErrorSignature, ErrorWatch> Aged(
        ImmutableDictionary<ErrorSignature, ErrorWatch> errors, IncidentThreshold threshold, DateTimeOffset from, DateTimeOffset now)
    {
        foreach (var (signature, error) in errors)
        {
            var gone = error.Recent.Where(entry => entry.Value <= from).Select(entry => entry.Key).ToArray();
            var left = (error.Left * Decay(now - error.LeftAt, threshold)) + gone.Length;
            var aged = error with { Recent = error.Recent.RemoveRange(gone), Left = left, LeftAt = now };
            errors = aged.Recent.IsEmpty && left < Forgotten ? errors.Remove(signature) : errors.SetItem(signature, aged);
        }

        return errors;
    }
}
