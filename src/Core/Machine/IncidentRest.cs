using MetaGrains.Core.Incidents;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>What incidents mean for an account: whoever had the error makes no call until a probe finds that it is over.</summary>
internal static class IncidentRest
{
    // How often the next try that people are told moves on, while the incident lasts.
    private static readonly TimeSpan Told = TimeSpan.FromMinutes(15);

    /// <summary>The open incident that keeps the whole account from running, or null.</summary>
    public static IncidentNotice? Of(AccountState state) => state.Backoff.ConsecutiveErrors > 0 ? Open(state) : null;

    /// <summary>The open incident that keeps a job from running, or null.</summary>
    public static IncidentNotice? Of(AccountState state, SyncJob job) => Of(state) ?? (state.Job(job).Errors > 0 ? Open(state) : null);

    /// <summary>The open incident that the account's last error is of, whether or not it has succeeded since.</summary>
    public static IncidentNotice? Open(AccountState state) =>
        state.Backoff.Last is { } last ? Open(state, ErrorSignature.Of(last)) : null;

    /// <summary>The open incident of an error, or null.</summary>
    public static IncidentNotice? Open(AccountState state, ErrorSignature signature) =>
        state.Incidents.FirstOrDefault(incident => incident.ClosedAt is null && incident.Signature == signature);

    /// <summary>The latest moment at which people may look again.</summary>
    public static DateTimeOffset NextLook(IncidentNotice incident, DateTimeOffset now) =>
        incident.OpenedAt + (Told * (Math.Floor((now - incident.OpenedAt) / Told) + 1));
}
