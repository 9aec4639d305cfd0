using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>Network namespaces on a bridge: machines as far as TCP can tell. Needs Linux, root and <c>ip</c>.</summary>
internal sealed class Hosts : IAsyncDisposable
{
    private readonly string _name = $"mg{Environment.ProcessId}";
    private readonly string _net = $"10.231.{Environment.ProcessId % 250}";
    private readonly int _count;

    private Hosts(int count) => _count = count;

    /// <summary>Where the machine of the test is to be found.</summary>
    public IPAddress Gateway => IPAddress.Parse($"{_net}.1");

    public static async Task<Hosts> StartAsync(int count)
    {
        var hosts = new Hosts(count);
        await Ip($"link add {hosts._name} type bridge");
        await Ip($"addr add {hosts.Gateway}/24 dev {hosts._name}");
        await Ip($"link set {hosts._name} up");
        for (var number = 0; number < count; number++)
        {
            var host = hosts.Name(number);
            await Ip($"netns add {host}");
            await Ip($"link add {host} type veth peer name eth0 netns {host}");
            await Ip($"link set {host} master {hosts._name} up");
            await Ip($"-n {host} addr add {hosts.Address(number)}/24 dev eth0");
            await Ip($"-n {host} link set eth0 up");
            await Ip($"-n {host} link set lo up");
        }

        return hosts;
    }

    public string Address(int number) => $"{_net}.{number + 2}";

    /// <summary>The words that run a program on a host.</summary>
    public string[] Under(int number) => ["ip", "netns", "exec", Name(number)];

    /// <summary>Nothing goes between this host and the others any more; the way to the test's machine stays.</summary>
    public Task CutAsync(int number) => RouteAsync(number, "add");

    public Task MendAsync(int number) => RouteAsync(number, "del");

    public async ValueTask DisposeAsync()
    {
        for (var number = 0; number < _count; number++)
            await Ip($"netns del {Name(number)}");
        await Ip($"link del {_name}");
    }

    private string Name(int number) => $"{_name}-{number.ToString(CultureInfo.InvariantCulture)}";

    private async Task RouteAsync(int number, string change)
    {
        for (var other = 0; other < _count; other++)
        {
            if (other != number)
                await Ip($"-n {Name(number)} route {change} blackhole {Address(other)}/32");
        }
    }

    private static async Task Ip(string words)
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", words) { RedirectStandardError = true, UseShellExecute = false })!;
        var error = await ip.StandardError.ReadToEndAsync();
        await ip.WaitForExitAsync();
        if (ip.ExitCode != 0)
            throw new InvalidOperationException($"ip {words}: {error}");
    }
}
