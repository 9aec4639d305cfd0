using MetaGrains.Repository.Tests.Checks;
using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests;

/// <summary>Documents, settings, and what must never be committed.</summary>
public sealed class DocumentTests
{
    private const long MaxCsvBytes = 10_240;

    // Folders of recorded answers of real accounts; tests read them from outside the repository.
    private static readonly string[] Recordings =
        ["keboola_meta_account", "tophatter_vcr_2017", "grouparoo_nock_2021", "graph_batch_2019", "keboola_pages_vcr_2026", "logikal_report_2026"];

    private static readonly string[] Standing =
        ["LICENSE", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/engines.md", "docs/features.md", "deploy/README.md", "global.json"];

    [Fact]
    public void The_standing_documents_are_there() => Assert.All(Standing, file => Assert.Contains(file, Repo.Files));

    [Fact]
    public void Every_rule_that_is_off_has_its_reason() => Nothing(EditorConfigReasons.Missing(Repo.Read(".editorconfig")));

    [Fact]
    public void Every_relative_link_leads_to_a_file() =>
        Nothing(Repo.Files.Where(file => file.EndsWith(".md", StringComparison.OrdinalIgnoreCase))
            .SelectMany(file => MarkdownLinks.Broken(file, Repo.Read(file), Repo.Exists)));

    [Fact]
    public void No_file_names_a_folder_of_the_machine_it_was_written_on()
    {
        var folder = Pattern.Of(@"(?<!\w)/wo" + "rk/");

        Nothing(Repo.Files.Where(file => IsText(file) && folder.IsMatch(Repo.Read(file))));
    }

    [Fact]
    public void No_recording_of_a_real_account_is_committed() =>
        Nothing(Repo.Files.Where(file =>
            file.Split('/').Any(part => Recordings.Contains(part))
            || (file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && new FileInfo(Repo.FullPath(file)).Length > MaxCsvBytes)));

    [Fact]
    public void No_link_leaves_the_repository() =>
        Nothing(Repo.Files.Where(file => new FileInfo(Repo.FullPath(file)).LinkTarget is { } target && Path.IsPathRooted(target)));

    // As git does it: a text has no NUL in its first bytes.
    private static bool IsText(string file)
    {
        using var stream = File.OpenRead(Repo.FullPath(file));
        var head = new byte[8000];
        var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return !head.AsSpan(0, length).Contains((byte)0);
    }

    private static void Nothing(IEnumerable<string> findings)
    {
        var all = findings.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }
}
