using System.CommandLine;
using System.IO.Compression;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains tenants export</c>: all that a tenant owns, as a zip file or unpacked into a folder.</summary>
internal static class TenantExportVerb
{
    private const string Zip = ".zip";
    private const string Manifest = "manifest.json";

    public static Command Create(Checkout checkout) =>
        ApiVerb.Create(
            checkout, "export", "Export all that a tenant owns, without keys and tokens, all of one moment.", "tenants export acme --out acme.zip", ApiScope.Tenant,
            [
                Verb.Text("--out", "A file that ends in .zip, or a folder that is new or empty.", "DIR|FILE.zip", required: true),
                Verb.OneOf("--format", "How the files are written. Default: csv.", "csv", "ndjson"),
            ],
            RunAsync, TenantArgument.Create());

    private static async Task<int> RunAsync(ApiSession session)
    {
        var target = session.Value<string>("--out")!;
        var packed = target.EndsWith(Zip, StringComparison.OrdinalIgnoreCase);
        if (!packed && (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())))
            throw CliException.BadInput($"{target} is no folder that is new or empty: name another, or a file that ends in .zip.");
        var tenant = await TenantArgument.OfAsync(session);
        var began = TimeProvider.System.GetTimestamp();
        var file = packed ? target : target.TrimEnd('/', Path.DirectorySeparatorChar) + Zip;
        using var answer = await session.Api.OpenAsync(Routes.With(Routes.Export(tenant), ("format", session.Value<string>("--format"))), session.Cancellation);
        var done = await new Download(session.Terminal, TimeProvider.System).WriteAsync(answer, file, rows: null, session.Cancellation);
        var entries = await EntriesAsync(file, session.Cancellation);
        if (!packed)
        {
            await ZipFile.ExtractToDirectoryAsync(file, target, session.Cancellation);
            File.Delete(file);
        }

        session.Terminal.Line($"{target} holds {entries - 1} files and {Manifest} of tenant {tenant}.");
        session.Terminal.Result(new
        {
            Tenant = tenant, File = target, Files = entries - 1, Bytes = done, Seconds = Math.Round(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 3),
        });
        return ExitCode.Ok;
    }

    // A zip without its manifest is not whole, whatever else it holds.
    private static async Task<int> EntriesAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var archive = await ZipFile.OpenReadAsync(file, cancellationToken);
            return archive.GetEntry(Manifest) is not null ? archive.Entries.Count : throw new InvalidDataException($"it has no {Manifest}");
        }
        catch (InvalidDataException torn)
        {
            throw new CliException(ExitCode.Failed, $"{file} is not whole ({torn.Message}): export again.", torn);
        }
    }
}
