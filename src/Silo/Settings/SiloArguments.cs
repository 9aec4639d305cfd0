using System.Globalization;
using System.Net;
using MetaGrains.Silo.Hosting;

namespace MetaGrains.Silo.Settings;

/// <summary>The command line: <c>--listen host:port --advertise host:port --stop-with-stdin --Section:Key value</c>.</summary>
/// <param name="Listen">Where the gateway listens; port 0 takes a free one.</param>
/// <param name="Advertise">The address that others connect to.</param>
/// <param name="StopWithStdin">Stop when standard input ends.</param>
/// <param name="Configuration">The rest: keys of the configuration, which all have a colon.</param>
internal sealed record SiloArguments(IPEndPoint Listen, IPAddress Advertise, bool StopWithStdin, string[] Configuration)
{
    private const string Known = "Known: --listen HOST:PORT, --advertise HOST:PORT, --stop-with-stdin, and configuration keys such as --MetaGrains:Silo:StubAccounts 3.";
    private const string DefaultListen = "127.0.0.1:30000";

    /// <exception cref="StartRefusedException">It is not understood; the message names the option.</exception>
    public static SiloArguments Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        List<string> configuration = [];
        var stopWithStdin = false;
        for (var at = 0; at < arguments.Count; at++)
        {
            var (name, value) = Split(arguments[at]);
            if (name == "--stop-with-stdin" && value is null)
            {
                stopWithStdin = true;
                continue;
            }

            if (name is not ("--listen" or "--advertise") && !(name.StartsWith("--", StringComparison.Ordinal) && name.Contains(':', StringComparison.Ordinal)))
                throw StartRefusedException.BadInput($"'{name}' is no option. {Known}");
            value ??= ++at < arguments.Count ? arguments[at] : throw StartRefusedException.BadInput($"{name} needs a value. {Known}");
            if (name.Contains(':', StringComparison.Ordinal))
                configuration.Add($"{name}={value}");
            else
                values[name] = value;
        }

        var listen = Endpoint("--listen", values.GetValueOrDefault("--listen") ?? DefaultListen);
        return new SiloArguments(listen, Advertised(listen, values.GetValueOrDefault("--advertise")), stopWithStdin, [.. configuration]);
    }

    // The gateway tells others the port that it listens on: a different one here could only mislead them.
    private static IPAddress Advertised(IPEndPoint listen, string? text)
    {
        if (text is null)
        {
            return !listen.Address.Equals(IPAddress.Any) && !listen.Address.Equals(IPAddress.IPv6Any)
                ? listen.Address
                : throw StartRefusedException.BadInput($"--listen {listen} is every address: say with --advertise HOST:PORT which one others connect to.");
        }

        var advertised = Endpoint("--advertise", text);
        if (advertised.Port != listen.Port)
            throw StartRefusedException.BadInput($"--advertise {text} names another port than --listen {listen}: give both the same.");
        return !advertised.Address.Equals(IPAddress.Any) && !advertised.Address.Equals(IPAddress.IPv6Any)
            ? advertised.Address
            : throw StartRefusedException.BadInput($"--advertise {text} is no address that anybody could connect to.");
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    private static IPEndPoint Endpoint(string option, string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw StartRefusedException.BadInput($"{option} '{text}' is not HOST:PORT, as in 127.0.0.1:30000.");
        return new IPEndPoint(Address(option, text[..colon].Trim('[', ']')), port);
    }

    private static IPAddress Address(string option, string host)
    {
        if (IPAddress.TryParse(host, out var address))
            return address;
        try
        {
            var found = Dns.GetHostAddresses(host);
            return found.Where(candidate => candidate.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork).Concat(found).First();
        }
        catch (Exception unknown) when (unknown is System.Net.Sockets.SocketException or ArgumentException or InvalidOperationException)
        {
            throw StartRefusedException.BadInput($"{option}: the host '{host}' has no address here: give an IP address.", unknown);
        }
    }
}
