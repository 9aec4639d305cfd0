using MetaGrains.Testing;

namespace MetaGrains.Tls.Tests;

public sealed class TlsOptionsTests
{
    [Fact]
    public void Nothing_set_is_no_TLS_and_refused_by_nobody()
    {
        var options = TlsOptions.Read(_ => " ");

        Assert.False(options.IsOn);
        Assert.Null(options.Refuse(listens: true));
    }

    [Theory]
    [InlineData("CertificateFile", null, "MetaGrains:Cluster:Tls:CertificateFile is not set")]
    [InlineData("CertificateFile", "/none/such.pem", "MetaGrains:Cluster:Tls:CertificateFile: ")]
    [InlineData("KeyFile", null, "MetaGrains:Cluster:Tls:KeyFile is not set")]
    [InlineData("KeyFile", "/none/such.key", "MetaGrains:Cluster:Tls:KeyFile: ")]
    [InlineData("CaFile", null, "MetaGrains:Cluster:Tls:CaFile is not set")]
    [InlineData("CaFile", "/none/ca.pem", "MetaGrains:Cluster:Tls:CaFile: ")]
    [InlineData("Thumbprints", "12:34", "MetaGrains:Cluster:Tls:Thumbprints must be SHA-256 fingerprints of 64 hexadecimal digits")]
    [InlineData("Thumbprints", ",", "MetaGrains:Cluster:Tls:Thumbprints must be")]
    public void What_is_missing_or_cannot_be_used_is_refused_by_its_key_in_one_line(string key, string? value, string says)
    {
        using var authority = new TestAuthority();
        authority.Sign("one");
        var settings = authority.Settings("one");
        settings[$"MetaGrains:Cluster:Tls:{key}"] = value;

        var refusal = TlsLine.Options(settings).Refuse(listens: true);

        Assert.StartsWith(says, refusal, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal!);
    }

    [Fact]
    public void A_key_of_another_certificate_and_a_file_without_certificates_are_refused()
    {
        using var authority = new TestAuthority();
        authority.Sign("one");
        authority.Sign("two");
        var (mixed, empty) = (authority.Settings("one"), authority.Settings("one"));
        mixed["MetaGrains:Cluster:Tls:KeyFile"] = authority.KeyFile("two");
        empty["MetaGrains:Cluster:Tls:CaFile"] = authority.KeyFile("one");

        Assert.StartsWith("MetaGrains:Cluster:Tls:CertificateFile: ", TlsLine.Options(mixed).Refuse(listens: true), StringComparison.Ordinal);
        Assert.StartsWith("MetaGrains:Cluster:Tls:CaFile: ", TlsLine.Options(empty).Refuse(listens: true), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_needs_no_certificate_where_that_is_allowed_and_a_silo_always_does()
    {
        using var authority = new TestAuthority();
        var options = new TlsOptions { CaFile = authority.CaFile, Mutual = false };

        Assert.Null(options.Refuse(listens: false));
        Assert.StartsWith("MetaGrains:Cluster:Tls:CertificateFile is not set", options.Refuse(listens: true), StringComparison.Ordinal);
        Assert.StartsWith("MetaGrains:Cluster:Tls:CertificateFile is not set", new TlsOptions { CaFile = authority.CaFile }.Refuse(listens: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_of_the_environment_are_read_by_the_names_that_configuration_gives_them()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MetaGrains__Cluster__Tls__CertificateFile"] = "own.pem", ["MetaGrains__Cluster__Tls__KeyFile"] = "own.key", ["MetaGrains__Cluster__Tls__CaFile"] = "ca.pem",
            ["MetaGrains__Cluster__Tls__Thumbprints"] = "AB", ["MetaGrains__Cluster__Tls__Mutual"] = "false",
        };

        var options = TlsOptions.Read(variables.GetValueOrDefault);

        Assert.Equal(("own.pem", "own.key", "ca.pem", "AB", false), (options.CertificateFile, options.KeyFile, options.CaFile, options.Thumbprints, options.Mutual));
        variables["MetaGrains__Cluster__Tls__Mutual"] = "perhaps";
        Assert.Contains("MetaGrains:Cluster:Tls:Mutual must be true or false", Assert.Throws<FormatException>(() => TlsOptions.Read(variables.GetValueOrDefault)).Message, StringComparison.Ordinal);
    }
}
