using System.Globalization;
using FsCheck.Fluent;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Insights;
using Npgsql;

namespace MetaGrains.Warehouse.Tests;

/// <summary>PostgreSQL reads what the encoder wrote: the real server decides.</summary>
public sealed class CopyEncoderTests
{
    private static readonly decimal[] Edges =
    [
        0m, 1m, -1m, 0.1m, 0.01m, 0.0001m, 0.00001m, 14.3m, 9999m, 10000m, 10000.0001m, 99999999m, 100000000m, 0.00012345m, -0.00000001m,
        1234567.89m, decimal.MaxValue, decimal.MinValue, 1e-28m, -7.9228162514264337593543950335m, 79228162514264.337593543950335m, 10000000000000000000000000000m,
    ];

    [Fact]
    public async Task A_number_arrives_digit_by_digit()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        await database.ExecuteAsync("create table numbers (id integer, value numeric)");
        var random = Gen.Sample(
            from low in Gen.Choose(int.MinValue, int.MaxValue)
            from mid in Gen.Choose(int.MinValue, int.MaxValue)
            from high in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(int.MinValue, int.MaxValue)))
            from scale in Gen.Choose(0, 28)
            from negative in Gen.Elements(true, false)
            select new decimal(low, mid, high, negative, (byte)scale), 20, 2000);
        decimal[] values = [.. Edges, .. random];

        await CopyAsync(database, "numbers (id, value)", values.Length, 64, (ref CopyEncoder row, int index) =>
        {
            row.Row(2);
            row.Integer(index);
            row.Numeric(RowHash.WithoutTrailingZeros(values[index]));
        });

        var texts = await database.RowsAsync("select value::text from numbers order by id");
        Assert.Equal(values.Select(value => $"({RowHash.WithoutTrailingZeros(value).ToString(CultureInfo.InvariantCulture)})"), texts);
    }

    [Fact]
    public async Task Every_other_type_arrives_as_it_is_and_nothing_as_null()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        await database.ExecuteAsync("create table all_types (a integer, b bigint, c uuid, d date, e timestamptz, f text, g text[], h json, i jsonb)");
        var key = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        var moment = new DateTime(2026, 2, 28, 23, 59, 58, DateTimeKind.Utc).AddTicks(1230);

        await CopyAsync(database, "all_types", 2, 512, (ref CopyEncoder row, int index) =>
        {
            row.Row(9);
            if (index == 1)
            {
                row.Null();
                row.Bigint(null);
                row.Null();
                row.Null();
                row.Null();
                row.Text(null);
                row.Texts(null);
                row.Json([]);
                row.Jsonb([]);
                return;
            }

            row.Integer(-7);
            row.Bigint(long.MinValue);
            row.Uuid(key);
            row.Date(new DateOnly(1969, 12, 31));
            row.Timestamp(moment);
            row.Text("Přehled \u20ac 🙂");
            row.Texts(["reach", "", "a,b"]);
            row.Json("""{"b":1, "a":2}"""u8);
            row.Jsonb("""{"b":1, "a":2}"""u8);
        });

        Assert.Equal(
            [
                $"(-7,-9223372036854775808,{key},1969-12-31,\"2026-02-28 23:59:58.000123+00\",\"Přehled \u20ac 🙂\",\"{{reach,\"\"\"\",\"\"a,b\"\"}}\",\"{{\"\"b\"\":1, \"\"a\"\":2}}\",\"{{\"\"a\"\": 2, \"\"b\"\": 1}}\")",
                "(,,,,,,,,)",
            ],
            await database.RowsAsync("select a, b, c, d, e, f, g, h, i from all_types order by a nulls last"));
    }

    private delegate void RowOf(ref CopyEncoder row, int index);

    private static async Task CopyAsync(TestDatabase database, string table, int rows, int room, RowOf write)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using (var zone = new NpgsqlCommand("set timezone = 'UTC'", connection))
            await zone.ExecuteNonQueryAsync();
        await using var copy = await CopyStream.BeginAsync(connection, $"copy {table} from stdin (format binary)", default);
        for (var index = 0; index < rows; index++)
            await copy.WriteAsync(Row(index), default);
        await copy.CompleteAsync(default);

        byte[] Row(int index)
        {
            var bytes = new byte[room];
            var row = new CopyEncoder(bytes);
            write(ref row, index);
            return bytes[..row.Length];
        }
    }
}
