using System.Buffers.Binary;
using System.Text;

namespace MetaGrains.Warehouse.Insights;

/// <summary>
/// Writes fields as PostgreSQL's binary COPY wants them: a length, then the bytes that the type's receive function reads
/// (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"). The caller sees to the room.
/// </summary>
internal ref struct CopyEncoder(Span<byte> room)
{
    /// <summary>What every field costs beside its value.</summary>
    public const int FieldOverhead = sizeof(int);

    /// <summary>The longest numeric that a <see cref="decimal"/> makes: header, and digits of four places.</summary>
    public const int MaxNumeric = FieldOverhead + 8 + (2 * MaxDigits);

    private const int TextOid = 25;
    // 29 places, and up to three more that bring the point between two digits.
    private const int MaxDigits = 9;

    private static readonly int Epoch = new DateOnly(2000, 1, 1).DayNumber;
    private static readonly DateTime EpochTime = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly Span<byte> _room = room;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What a stream of rows begins with: the signature, no flags, no extension.</summary>
    public static ReadOnlySpan<byte> Header => [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xff, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>What a stream of rows ends with.</summary>
    public static ReadOnlySpan<byte> Trailer => [0xff, 0xff];

    /// <summary>Begins a row of so many fields.</summary>
    public void Row(short fields) => Put(fields);

    public void Null() => Put(-1);

    public void Integer(int value)
    {
        Put(sizeof(int));
        Put(value);
    }

    public void Bigint(long value)
    {
        Put(sizeof(long));
        Put(value);
    }

    public void Bigint(long? value)
    {
        if (value is { } there)
            Bigint(there);
        else
            Null();
    }

    public void Uuid(Guid value)
    {
        Put(16);
        value.TryWriteBytes(_room[Length..], bigEndian: true, out var written);
        Length += written;
    }

    public void Date(DateOnly value) => Integer(value.DayNumber - Epoch);

    public void Timestamp(DateTime utc) => Bigint((utc - EpochTime).Ticks / TimeSpan.TicksPerMicrosecond);

    public void Text(string? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        var length = Encoding.UTF8.GetBytes(value, _room[(Length + FieldOverhead)..]);
        Put(length);
        Length += length;
    }

    public void Texts(string[]? values)
    {
        if (values is null)
        {
            Null();
            return;
        }

        var start = Length;
        Length += FieldOverhead;
        Put(1);
        Put(0);
        Put(TextOid);
        Put(values.Length);
        Put(1);
        foreach (var value in values)
            Text(value);
        BinaryPrimitives.WriteInt32BigEndian(_room[start..], Length - start - FieldOverhead);
    }

    /// <summary>JSON as text, or null for none.</summary>
    public void Json(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            Null();
            return;
        }

        Put(utf8.Length);
        Bytes(utf8);
    }

    /// <summary>JSON for <c>jsonb</c>, whose format has a version before the text; null for none.</summary>
    public void Jsonb(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            Null();
            return;
        }

        Put(utf8.Length + 1);
        _room[Length++] = 1;
        Bytes(utf8);
    }

    /// <summary>Digits to the base 10,000, most significant first, with the point between two of them.</summary>
    public void Numeric(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var scale = (bits[3] >> 16) & 0xff;
        var rest = new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        for (var places = scale; places % 4 != 0; places++)
            rest *= 10;

        Span<short> digits = stackalloc short[MaxDigits];
        var count = 0;
        while (rest != 0)
            digits[count++] = NextDigit(ref rest);
        var weight = count - ((scale + 3) / 4) - 1;
        // Zeros at the end are not stored.
        var low = 0;
        while (low < count && digits[low] == 0)
            low++;

        Put((sizeof(short) * 4) + (sizeof(short) * (count - low)));
        Put((short)(count - low));
        Put((short)(count == 0 ? 0 : weight));
        Put((short)(count > 0 && bits[3] < 0 ? 0x4000 : 0));
        Put((short)scale);
        for (var digit = count - 1; digit >= low; digit--)
            Put(digits[digit]);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_room[Length..]);
        Length += bytes.Length;
    }

    private static short NextDigit(ref UInt128 rest)
    {
        // Money fits 64 bits nearly always, and dividing 128 is ten times slower.
        if (rest <= ulong.MaxValue)
        {
            var (quotient, digit) = Math.DivRem((ulong)rest, 10_000UL);
            rest = quotient;
            return (short)digit;
        }

        var left = rest / 10_000;
        var last = (short)(rest - (left * 10_000));
        rest = left;
        return last;
    }

    private void Put(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_room[Length..], value);
        Length += sizeof(short);
    }

    private void Put(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_room[Length..], value);
        Length += sizeof(int);
    }

    private void Put(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_room[Length..], value);
        Length += sizeof(long);
    }
}
