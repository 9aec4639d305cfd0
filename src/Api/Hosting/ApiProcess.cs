using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;

namespace MetaGrains.Api.Hosting;

/// <summary>The API as a process: what it says, and how it ends.</summary>
internal static class ApiProcess
{
    private const int Ok = 0;
    private const int BadConfiguration = 2;
    private const int CannotListen = 3;

    /// <summary>Runs until it is told to stop, by a signal or by the end of its standard input.</summary>
    /// <returns>0; 2 for a bad configuration and 3 for an address that cannot be listened on, each after one line.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextReader input, TextWriter output, TextWriter error)
    {
        try
        {
            var asked = ApiArguments.Parse(arguments);
            var urls = asked.Urls ?? Environment.GetEnvironmentVariable("ASPNETCORE_URLS");
            urls = string.IsNullOrWhiteSpace(urls) ? ApiHost.DefaultUrl : urls;
            RequireUrls(urls);
            await using var app = ApiHost.Build(ApiSettings.Read(Environment.GetEnvironmentVariable), urls);
            await SchemaGate.PassAsync(app.Services);
            return await RunAsync(app, urls, asked.StopWithStdin ? input : null, output, error);
        }
        catch (ApiConfigurationException wrong)
        {
            await error.WriteLineAsync(wrong.Message);
            return BadConfiguration;
        }
    }

    private static async Task<int> RunAsync(WebApplication app, string urls, TextReader? input, TextWriter output, TextWriter error)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception refused) when (refused is IOException or SocketException or AddressInUseException)
        {
            await error.WriteLineAsync($"Cannot listen on {urls}: {refused.GetBaseException().Message}. Stop what listens there, or choose another with --urls.");
            return CannotListen;
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or FormatException)
        {
            throw new ApiConfigurationException($"--urls or ASPNETCORE_URLS '{urls}' cannot be listened on: {wrong.Message.ReplaceLineEndings(" ")}");
        }

        await output.WriteLineAsync(JsonSerializer.Serialize(new { ready = true, url = Reachable(app.Urls.First()) }));
        await output.FlushAsync();
        if (input is not null)
            _ = StopAtEndAsync(app, input);
        await app.WaitForShutdownAsync();
        return Ok;
    }

    // Reading a console blocks its thread, so it has one of its own.
    private static Task StopAtEndAsync(WebApplication app, TextReader input) => Task.Factory.StartNew(
        () =>
        {
            while (input.ReadLine() is not null)
            {
            }

            app.Lifetime.StopApplication();
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void RequireUrls(string urls)
    {
        foreach (var url in urls.Split(';'))
        {
            // * and + stand for every address; anything else that is no URL Kestrel would take for a host name, at port 80.
            var plain = url.Replace("://*", "://any", StringComparison.Ordinal).Replace("://+", "://any", StringComparison.Ordinal);
            if (!Uri.TryCreate(plain, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
                throw new ApiConfigurationException($"--urls or ASPNETCORE_URLS has '{url}': use http://HOST:PORT, such as {ApiHost.DefaultUrl}.");
        }
    }

    // Any address is listened on; somebody on this machine calls it by loopback.
    private static string Reachable(string url) => url
        .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal)
        .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal);
}
