using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains connect</c>: gives a tenant a token of Meta's and waits until its ad accounts are known.</summary>
internal static class ConnectVerb
{
    public static Command Create(Checkout checkout) =>
        ApiVerb.Create(
            checkout, "connect", $"Give a tenant an access token of Meta's, by file, standard input or {Settings.AccessToken}, and list its ad accounts.",
            "connect --tenant acme --token-file token.txt --enable", ApiScope.Tenant,
            [
                Verb.Text("--token-file", "File that holds the token alone.", "FILE"),
                Verb.Flag("--token-stdin", "Read the token from standard input."),
                Verb.Text("--name", "Name of the connection; the same name again replaces its token. Default: main.", "NAME"),
                Verb.Flag("--enable", "Sync the ad accounts that it shows for the first time."),
                Verb.Text("--tier", "The tier in which they are enabled. Default: medium.", "TIER"),
                Verb.Number("--timeout", "Seconds to wait for the ad accounts.", 120, 1, 3600),
            ],
            ConnectAsync);

    private static async Task<int> ConnectAsync(ApiSession session)
    {
        var token = await TokenAsync(session);
        var tenant = await session.TenantAsync();
        var connection = await session.Api.SendAsync<Connection>(
            HttpMethod.Post, Routes.Connections(tenant),
            new
            {
                AccessToken = token,
                Name = session.Value<string>("--name"),
                Enable = session.Value<bool>("--enable"),
                Tier = session.Value<string>("--tier"),
            },
            session.Cancellation);
        var patience = TimeSpan.FromSeconds(session.Value<int>("--timeout"));
        var known = await new Discovery(session.Api, session.Terminal, TimeProvider.System).WaitAsync(tenant, connection, patience, session.Cancellation);
        session.Terminal.Line(known.Status == "active"
            ? $"Connection {known.Name} of {tenant} sees {known.Accounts ?? 0} ad accounts. See them: ./metagrains accounts --tenant {tenant}"
            : $"Connection {known.Name} of {tenant} is {known.Status}: {known.Error ?? "no reason given"}");
        session.Terminal.Result(known);
        return known.Status == "active" ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<string> TokenAsync(ApiSession session)
    {
        var file = session.Value<string>("--token-file");
        var standardInput = session.Value<bool>("--token-stdin");
        if (file is not null && standardInput)
            throw CliException.BadInput("Give --token-file or --token-stdin, not both.");
        var text = file is not null
            ? await ReadAsync(file, session.Cancellation)
            : standardInput ? await Console.In.ReadToEndAsync(session.Cancellation) : Settings.Read(Settings.AccessToken);
        var token = text?.Trim() ?? throw CliException.BadInput($"No token: give it by --token-file, --token-stdin or {Settings.AccessToken}.");
        return token.Length > 0 && !token.Any(char.IsWhiteSpace) ? token : throw CliException.BadInput("The token must be one word without white space.");
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (IOException missing)
        {
            throw CliException.BadInput($"--token-file: {missing.Message}", missing);
        }
    }
}
