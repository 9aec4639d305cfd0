using System.Net.Sockets;
using MetaGrains.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MetaGrains.Silo.Hosting;

/// <summary>Turns what an operator can do something about into one line; anything else is a defect and keeps its trace.</summary>
internal static class Failures
{
    public static StartRefusedException? Explain(Exception failure) => failure switch
    {
        StartRefusedException refused => refused,
        AggregateException { InnerException: { } inner } => Explain(inner),
        OptionsValidationException invalid => StartRefusedException.BadInput(string.Join(' ', invalid.Failures), invalid),
        // The place of a silo is taken, or one of the other engine lives: what is configured is right.
        OrleansConfigurationException taken => StartRefusedException.Unavailable(taken.Message, taken),
        OrleansException outside => StartRefusedException.Unavailable(
            $"the cluster: {outside.Message} Do all silos have the same METAGRAINS_CLUSTER_SECRET and {TlsOptions.Section}?", outside),
        NpgsqlException away => StartRefusedException.Unavailable($"PostgreSQL: {away.Message}", away),
        AddressInUseException or SocketException or IOException { InnerException: SocketException } => Port(failure),
        _ => null,
    };

    private static StartRefusedException Port(Exception failure) =>
        StartRefusedException.Unavailable($"--listen: the gateway cannot listen there: {failure.Message} Choose another port, or 0 for a free one.", failure);
}
