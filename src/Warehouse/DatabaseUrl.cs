using Npgsql;

namespace MetaGrains.Warehouse;

/// <summary>
/// Reads <c>METAGRAINS_DATABASE_URL</c>: a URL as other PostgreSQL tools take it
/// (<c>postgres://user:password@host:port/database?sslmode=require</c>) or Npgsql's own <c>Host=…;Database=…</c>.
/// </summary>
public static class DatabaseUrl
{
    /// <summary>Makes a connection string.</summary>
    /// <exception cref="FormatException">The text is neither form. The message never repeats the password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
            return FromKeywords(text);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("postgres" or "postgresql"))
            throw new FormatException("The database URL must start with postgres:// and name a host, as in postgres://user:password@host:5432/database.");
        if (url.Host.Length == 0)
            throw new FormatException("The database URL names no host: add it, as in postgres://user@host:5432/metagrains.");
        // What follows the host may be the rest of a password with a / ? or # in it, so it is not repeated.
        if (url.AbsolutePath.Contains('@', StringComparison.Ordinal) || url.Fragment.Length > 0)
            throw new FormatException("The database URL has a character that must be escaped in a password or a name: / as %2F, ? as %3F, # as %23, @ as %40.");
        var builder = new NpgsqlConnectionStringBuilder { Host = url.HostNameType == UriHostNameType.IPv6 ? url.Host[1..^1] : url.Host };
        if (url.Port > 0)
            builder.Port = url.Port;
        ReadUser(url, builder);
        builder.Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/'));
        if (builder.Database.Length == 0)
            throw new FormatException("The database URL names no database: add it after the host, as in postgres://user@host:5432/metagrains.");
        ReadOptions(url, builder);
        return builder;
    }

    /// <summary>Makes the connection string of a grain engine, which looks for its tables in the schema <c>engine</c>.</summary>
    /// <exception cref="FormatException">As <see cref="Parse"/>.</exception>
    public static NpgsqlConnectionStringBuilder ForEngine(string text)
    {
        var builder = Parse(text);
        builder.SearchPath = "engine";
        return builder;
    }

    /// <summary>Writes a URL. It holds the password: never log it.</summary>
    public static string Format(NpgsqlConnectionStringBuilder builder) =>
        $"postgres://{Uri.EscapeDataString(builder.Username ?? "")}:{Uri.EscapeDataString(builder.Password ?? "")}"
        + $"@{(builder.Host?.Contains(':', StringComparison.Ordinal) == true ? $"[{builder.Host}]" : builder.Host)}:{builder.Port}/{Uri.EscapeDataString(builder.Database ?? "")}";

    private static NpgsqlConnectionStringBuilder FromKeywords(string text)
    {
        if (Keywords(text) is not { } builder)
            throw new FormatException("The database URL is neither postgres://user:password@host:5432/database nor a list of Host=…;Database=… keywords.");
        return string.IsNullOrEmpty(builder.Host) ? throw new FormatException("The database URL names no host.") : builder;
    }

    // What is wrong is not told: it may repeat a part of the password that looked like a keyword.
    private static NpgsqlConnectionStringBuilder? Keywords(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static void ReadUser(Uri url, NpgsqlConnectionStringBuilder builder)
    {
        var parts = url.UserInfo.Split(':', 2);
        if (parts[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(parts[0]);
        if (parts.Length == 2)
            builder.Password = Uri.UnescapeDataString(parts[1]);
    }

    private static void ReadOptions(Uri url, NpgsqlConnectionStringBuilder builder)
    {
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var value = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
            switch (parts[0])
            {
                case "sslmode":
                    builder.SslMode = Mode(value);
                    break;
                case "sslrootcert":
                    builder.RootCertificate = value;
                    break;
                case "application_name":
                    builder.ApplicationName = value;
                    break;
                default:
                    // With an @ after it, it is rather the rest of a password.
                    var option = url.Query.Contains('@', StringComparison.Ordinal) ? "" : $": {parts[0]}";
                    throw new FormatException($"The database URL has an option that is not understood{option}. Known: sslmode, sslrootcert, application_name.");
            }
        }
    }

    private static SslMode Mode(string value)
    {
        foreach (var mode in Enum.GetValues<SslMode>())
        {
            if (string.Equals(mode.ToString(), value.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
                return mode;
        }

        throw new FormatException("The database URL's sslmode must be disable, allow, prefer, require, verify-ca or verify-full.");
    }
}
