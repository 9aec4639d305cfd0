using FsCheck;
using FsCheck.Fluent;
using Npgsql;

namespace MetaGrains.Warehouse.Tests;

public sealed class DatabaseUrlTests
{
    [Theory]
    [InlineData("postgres://u:p@h:6543/d", "h", 6543, "u", "p", "d")]
    [InlineData("postgresql://u:p@h/d", "h", 5432, "u", "p", "d")]
    [InlineData("postgres://h/d", "h", 5432, null, null, "d")]
    [InlineData("postgres://u@h/d", "h", 5432, "u", null, "d")]
    [InlineData("postgres://u%40x:p%2F%3A%25%3F%23@h/d%20e", "h", 5432, "u@x", "p/:%?#", "d e")]
    [InlineData("postgres://u:a:b@h/d", "h", 5432, "u", "a:b", "d")]
    [InlineData("postgres://u:p+q%zz@h/d", "h", 5432, "u", "p+q%zz", "d")]
    [InlineData("postgres://u:p@[::1]:6543/d", "::1", 6543, "u", "p", "d")]
    [InlineData("postgres://u:p@127.0.0.1/d", "127.0.0.1", 5432, "u", "p", "d")]
    [InlineData("Host=h;Port=6543;Username=u;Password=p;Database=d", "h", 6543, "u", "p", "d")]
    [InlineData("Server=h;User Id=u;Database=d", "h", 5432, "u", null, "d")]
    public void Both_forms_are_read(string text, string host, int port, string? user, string? password, string database)
    {
        var url = DatabaseUrl.Parse(text);

        Assert.Equal((host, port, user, password, database), (url.Host, url.Port, url.Username, url.Password, url.Database));
    }

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("prefer", SslMode.Prefer)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void Sslmode_has_the_names_of_other_tools(string text, SslMode mode) =>
        Assert.Equal(mode, DatabaseUrl.Parse($"postgres://h/d?sslmode={text}").SslMode);

    [Fact]
    public void The_other_options_are_unescaped()
    {
        var url = DatabaseUrl.Parse("postgres://h/d?application_name=a%20b&sslrootcert=%2Fetc%2Fca.pem");

        Assert.Equal(("a b", "/etc/ca.pem"), (url.ApplicationName, url.RootCertificate));
    }

    [Theory]
    [InlineData("", "names no host")]
    [InlineData("nonsense", "neither")]
    [InlineData("Database=d", "names no host")]
    [InlineData("Host=h;Colour=red", "neither")]
    [InlineData("Host=h;Port=many", "neither")]
    [InlineData("mysql://h/d", "must start with postgres://")]
    [InlineData("postgres://", "names no host")]
    [InlineData("postgres:///d", "names no host")]
    [InlineData("postgres://h:port/d", "must start with postgres://")]
    [InlineData("postgres://h:99999/d", "must start with postgres://")]
    [InlineData("postgres://h", "names no database")]
    [InlineData("postgres://h/", "names no database")]
    [InlineData("postgres://h/d?colour=red", "not understood: colour.")]
    [InlineData("postgres://h/d?sslmode=sometimes", "sslmode must be disable")]
    [InlineData("postgres://h/d?sslmode=7", "sslmode must be disable")]
    [InlineData("postgres://h/d?sslmode", "sslmode must be disable")]
    [InlineData("postgres://h/d#x", "must be escaped")]
    public void A_malformed_one_is_refused_in_one_line(string text, string says)
    {
        var refused = Assert.Throws<FormatException>(() => DatabaseUrl.Parse(text));

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Theory]
    [InlineData("postgres://u:hunter2@h")]
    [InlineData("postgres://u:hunter2@h:x/d")]
    [InlineData("postgres://u:hunter2@h/d?colour=red")]
    [InlineData("mysql://u:hunter2@h/d")]
    [InlineData("postgres://u:#hunter2@h/d")]
    [InlineData("postgres://u:1/hunter2@h/d")]
    [InlineData("postgres://u:1/x?hunter2@h/d")]
    [InlineData("postgres://u:1/x#hunter2@h/d")]
    [InlineData("postgres://u:1/x?hunter2=a@h/d")]
    [InlineData("Host=h;Password=a;hunter2=b")]
    [InlineData("Host=h;Port=hunter2")]
    [InlineData("Password=hunter2")]
    public void What_is_refused_never_repeats_the_password_not_even_one_that_was_not_escaped(string text)
    {
        var refused = Assert.Throws<FormatException>(() => DatabaseUrl.Parse(text));

        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_Format_writes_Parse_reads_back() =>
        Prop.ForAll(Urls.ToArbitrary(), url =>
            {
                var read = DatabaseUrl.Parse(DatabaseUrl.Format(url));
                return (read.Host, read.Port, read.Username, read.Password, read.Database) == (url.Host, url.Port, url.Username, url.Password, url.Database);
            })
            .QuickCheckThrowOnFailure();

    private static Gen<NpgsqlConnectionStringBuilder> Urls =>
        from host in Gen.Elements("localhost", "127.0.0.1", "::1", "2001:db8::5", "db.example.com")
        from port in Gen.Choose(1, 65535)
        from user in Word
        from password in Word
        from database in Word
        select new NpgsqlConnectionStringBuilder { Host = host, Port = port, Username = user, Password = password, Database = database };

    // Dots alone are a step up in any URL; no database is named so.
    private static Gen<string> Word { get; } =
        Gen.Elements([.. "abzAZ09 :/?#[]@!$&'()*+,;=%\"\\<>{}|^`~-_.äß☃"])
            .NonEmptyListOf()
            .Select(letters => new string([.. letters]))
            .Where(word => word.Trim().Length == word.Length && word.Any(letter => letter != '.'));
}
