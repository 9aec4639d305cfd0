namespace MetaGrains.Core.Incidents;

/// <summary>An incident, as accounts know it.</summary>
/// <param name="Id">Its number: <c>incidents.id</c>.</param>
/// <param name="Signature">The error that came over many accounts.</param>
/// <param name="OpenedAt">When it was recognised.</param>
/// <param name="ClosedAt">When it was over; null while it lasts.</param>
/// <param name="Accounts">Accounts that had the error, as far as they were counted.</param>
public sealed record IncidentNotice(long Id, ErrorSignature Signature, DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt, int Accounts);
