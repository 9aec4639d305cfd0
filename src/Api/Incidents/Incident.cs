using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Incidents;

/// <summary>The same new error on many accounts at once.</summary>
/// <param name="Id">Grows with every incident.</param>
/// <param name="Error">The error.</param>
/// <param name="OpenedAt">When it was recognised.</param>
/// <param name="ClosedAt">When it was over; null while it lasts.</param>
/// <param name="ClosedBy">probe: a run of one of its accounts succeeded; quiet: no account had the error any more.</param>
/// <param name="Reopened">How often it came back within half an hour of its end.</param>
/// <param name="Accounts">Accounts that had the error when they were last counted.</param>
/// <param name="Probes">How often one account was let through to see whether it is over.</param>
/// <param name="LastProbeAt">When one was let through last.</param>
/// <param name="NextProbeAt">When one is let through next; null when it is over.</param>
public sealed record Incident(
    long Id, IncidentError Error, DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt, string? ClosedBy, int Reopened, int Accounts, int Probes,
    DateTimeOffset? LastProbeAt, DateTimeOffset? NextProbeAt)
{
    internal static Incident Of(IncidentRecord row) => new(
        row.Id, new IncidentError(row.Message, row.Signature.Code, row.Signature.Subcode), row.OpenedAt, row.ClosedAt, row.ClosedBy, row.Reopened,
        row.Accounts, row.Probes, row.LastProbeAt, row.ClosedAt is null ? row.NextProbeAt : null);
}

/// <summary>What Meta said.</summary>
/// <param name="Message">What one of the accounts was told.</param>
/// <param name="Code">Meta's code; null for no usable answer.</param>
/// <param name="Subcode">Meta's subcode.</param>
public sealed record IncidentError(string Message, int? Code, int? Subcode);
