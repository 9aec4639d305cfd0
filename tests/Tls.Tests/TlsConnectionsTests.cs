using MetaGrains.Testing;
using Microsoft.AspNetCore.Connections;

namespace MetaGrains.Tls.Tests;

public sealed class TlsConnectionsTests
{
    private const string Words = "the words that nobody else shall read";

    [Fact]
    public async Task Two_ends_of_one_authority_speak_and_the_wire_does_not_show_what()
    {
        using var authority = Signed("one", "two");
        await using var line = await TlsLine.StartAsync(authority.Settings("one"));

        Assert.Equal(Words, await line.AskAsync(authority.Settings("two"), Words));

        Assert.DoesNotContain(Words, line.Wire, StringComparison.Ordinal);
        Assert.StartsWith("\u0016\u0003", line.Wire, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_it_the_wire_shows_them()
    {
        await using var line = await TlsLine.StartAsync(null);

        Assert.Equal(Words, await line.AskAsync(null, Words));

        Assert.Contains(Words, line.Wire, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused_by_both_ends_in_one_line_each()
    {
        using var authority = Signed("one");
        using var foreign = Signed("stranger");
        var (server, client) = (new LogLines(), new LogLines());
        await using var line = await TlsLine.StartAsync(authority.Settings("one"), server);
        var stranger = foreign.Settings("stranger");

        await Assert.ThrowsAsync<ConnectionAbortedException>(() => line.AskAsync(stranger, Words, client));
        stranger["MetaGrains:Cluster:Tls:CaFile"] = authority.CaFile;
        await AssertUnheardAsync(line, stranger);
        await AssertUnheardAsync(line, stranger);

        Assert.Contains("its certificate (CN=one) is not accepted by MetaGrains:Cluster:Tls:CaFile", Assert.Single(client.All), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Task.FromResult(server.All.Any(text => text.Contains("CN=stranger", StringComparison.Ordinal))), "the server says whom it refused");
        Assert.Single(server.All, text => text.Contains("its certificate (CN=stranger) is not accepted by MetaGrains:Cluster:Tls:CaFile", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_speaks_plainly_is_refused_and_who_says_nothing_is_no_news()
    {
        using var authority = Signed("one");
        var server = new LogLines();
        await using var line = await TlsLine.StartAsync(authority.Settings("one"), server);

        await line.KnockAsync();
        await AssertUnheardAsync(line, null);

        await Eventually.TrueAsync(() => Task.FromResult(server.All.Count > 0), "the server says that it was spoken to plainly");
        Assert.StartsWith("Warning: A connection from 127.0.0.1:", Assert.Single(server.All), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_certificate_nobody_comes_in_unless_that_was_allowed()
    {
        using var authority = Signed("one");
        var anonymous = new Dictionary<string, string?>(StringComparer.Ordinal) { ["MetaGrains:Cluster:Tls:CaFile"] = authority.CaFile };
        await using var strict = await TlsLine.StartAsync(authority.Settings("one"));
        var open = authority.Settings("one");
        open["MetaGrains:Cluster:Tls:Mutual"] = "false";
        await using var lenient = await TlsLine.StartAsync(open);

        await AssertUnheardAsync(strict, anonymous);
        Assert.Equal(Words, await lenient.AskAsync(anonymous, Words));
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_by_authority_and_by_fingerprint()
    {
        using var authority = Signed("one");
        var print = authority.Sign("old", expired: true);
        await using var byAuthority = await TlsLine.StartAsync(authority.Settings("one"));
        await using var byPrint = await TlsLine.StartAsync(Pinned(authority.Settings("one"), print));

        await AssertUnheardAsync(byAuthority, authority.Settings("old"));
        await AssertUnheardAsync(byPrint, authority.Settings("old"));
    }

    [Fact]
    public async Task By_fingerprint_exactly_those_certificates_are_accepted()
    {
        using var authority = new TestAuthority();
        var (one, two, _) = (authority.Sign("one"), authority.Sign("two"), authority.Sign("three"));
        await using var line = await TlsLine.StartAsync(Pinned(authority.Settings("one"), $"{one}, {Colons(two)}"));

        Assert.Equal(Words, await line.AskAsync(Pinned(authority.Settings("two"), one), Words));
        await AssertUnheardAsync(line, Pinned(authority.Settings("three"), one));
    }

    [Fact]
    public async Task A_file_that_is_replaced_is_what_new_connections_use_and_one_that_does_not_fit_changes_nothing()
    {
        using var authority = Signed("one", "two");
        var server = new LogLines();
        await using var line = await TlsLine.StartAsync(authority.Settings("one"), server);
        var first = Pinned(authority.Settings("two"), authority.Sign("one"));
        Assert.Equal(Words, await line.AskAsync(first, Words));

        var key = await File.ReadAllTextAsync(authority.KeyFile("one"));
        var second = Pinned(authority.Settings("two"), authority.Sign("one"));
        var newKey = await File.ReadAllTextAsync(authority.KeyFile("one"));
        await File.WriteAllTextAsync(authority.KeyFile("one"), key);
        Assert.Equal(Words, await line.AskAsync(first, Words));
        await File.WriteAllTextAsync(authority.KeyFile("one"), newKey);

        Assert.Equal(Words, await line.AskAsync(second, Words));
        await Assert.ThrowsAsync<ConnectionAbortedException>(() => line.AskAsync(first, Words));
        Assert.Contains(server.All, text => text.StartsWith("Warning: The certificate files cannot be used as they are now", StringComparison.Ordinal));
        Assert.Contains(server.All, text => text.StartsWith("Information: The certificate files have changed", StringComparison.Ordinal));
    }

    private static TestAuthority Signed(params string[] names)
    {
        var authority = new TestAuthority();
        foreach (var name in names)
            authority.Sign(name);
        return authority;
    }

    private static Dictionary<string, string?> Pinned(Dictionary<string, string?> settings, string prints)
    {
        settings.Remove("MetaGrains:Cluster:Tls:CaFile");
        settings["MetaGrains:Cluster:Tls:Thumbprints"] = prints;
        return settings;
    }

    private static string Colons(string print) => string.Join(':', print.Chunk(2).Select(pair => new string(pair)));

    // A client learns only from its first answer that it was refused: there is none, or the connection breaks.
    private static async Task AssertUnheardAsync(TlsLine line, IReadOnlyDictionary<string, string?>? settings)
    {
        try
        {
            Assert.NotEqual(Words, await line.AskAsync(settings, Words));
        }
        catch (IOException)
        {
            // Broken, as it should be.
        }
    }
}
