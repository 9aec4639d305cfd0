using System.Text;

namespace MetaGrains.Repository.Tests.Text;

/// <summary>
/// C# source without its comments and without what its literals say: both become blanks, so that every offset and
/// line number stays. Quotes stay, and so does the code in the holes of interpolated strings.
/// </summary>
internal sealed class CSharpCode
{
    private readonly string _source;
    private readonly StringBuilder _code;
    private int _at;

    private CSharpCode(string source)
    {
        _source = source;
        _code = new StringBuilder(source.Length);
    }

    /// <summary>The code alone, of the same length as the source.</summary>
    public static string Of(string source)
    {
        var lexer = new CSharpCode(source);
        while (lexer._at < source.Length)
            lexer.Step();
        return lexer._code.ToString();
    }

    /// <summary>The line, counted from 1, that an offset stands in.</summary>
    public static int LineOf(string text, int offset) => 1 + text.AsSpan(0, offset).Count('\n');

    private char Peek(int ahead = 0) => _at + ahead < _source.Length ? _source[_at + ahead] : '\0';

    private bool Ended => _at >= _source.Length;

    private void Step()
    {
        if (Peek() == '/' && Peek(1) == '/')
            BlankLine();
        else if (Peek() == '/' && Peek(1) == '*')
            BlockComment();
        else if (Peek() == '#' && StartsLine())
            Directive();
        else if (Peek() == '\'')
            CharLiteral();
        else if (Peek() == '"' || (Peek() is '$' or '@' && StartsString()))
            StringLiteral();
        else
            Keep();
    }

    private void Keep(int count = 1)
    {
        for (; count > 0 && !Ended; count--)
            _code.Append(_source[_at++]);
    }

    private void Blank(int count = 1)
    {
        for (; count > 0 && !Ended; count--)
        {
            var c = _source[_at++];
            _code.Append(c is '\n' or '\r' ? c : ' ');
        }
    }

    private void BlankLine()
    {
        while (!Ended && Peek() != '\n')
            Blank();
    }

    private void BlockComment()
    {
        var end = _source.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        Blank((end < 0 ? _source.Length : end + 2) - _at);
    }

    private bool StartsLine()
    {
        var before = _at - 1;
        while (before >= 0 && _source[before] is ' ' or '\t')
            before--;
        return before < 0 || _source[before] == '\n';
    }

    // The text after #region or #error is free: an apostrophe in it opens no literal.
    private void Directive()
    {
        while (!Ended && Peek() != '\n')
        {
            if (Peek() == '/' && Peek(1) == '/')
                BlankLine();
            else
                Keep();
        }
    }

    private void CharLiteral()
    {
        Keep();
        while (!Ended && Peek() is not ('\'' or '\n'))
            Blank(Peek() == '\\' ? 2 : 1);
        if (Peek() == '\'')
            Keep();
    }

    private bool StartsString()
    {
        var ahead = 0;
        while (Peek(ahead) is '$' or '@')
            ahead++;
        return Peek(ahead) == '"';
    }

    private int Run(char c)
    {
        var length = 0;
        while (Peek(length) == c)
            length++;
        return length;
    }

    private void StringLiteral()
    {
        var dollars = 0;
        var verbatim = false;
        for (; Peek() is '$' or '@'; Keep())
        {
            dollars += Peek() == '$' ? 1 : 0;
            verbatim |= Peek() == '@';
        }

        var quotes = Run('"');
        if (!verbatim && quotes >= 3)
            RawString(quotes, dollars);
        else
            PlainString(verbatim, dollars > 0);
    }

    private void PlainString(bool verbatim, bool interpolated)
    {
        Keep();
        while (!Ended)
        {
            if (Peek() == '"' && !(verbatim && Peek(1) == '"'))
            {
                Keep();
                return;
            }

            if (Peek() == '\n' && !verbatim)
                return;
            if (Peek() == '"' || (Peek() == '\\' && !verbatim))
                Blank(2);
            else if (interpolated && Peek() is '{' or '}' && Peek() == Peek(1))
                Blank(2);
            else if (interpolated && Peek() == '{')
                Hole(braces: 1);
            else
                Blank();
        }
    }

    private void RawString(int quotes, int dollars)
    {
        Keep(quotes);
        while (!Ended)
        {
            if (Peek() == '"' && Run('"') is var run)
            {
                Blank(run >= quotes ? run - quotes : run);
                if (run < quotes)
                    continue;
                Keep(quotes);
                return;
            }

            if (dollars > 0 && Peek() == '{' && Run('{') is var open)
            {
                Blank(open >= dollars ? open - dollars : open);
                if (open >= dollars)
                    Hole(dollars);
            }
            else
            {
                Blank();
            }
        }
    }

    private void Hole(int braces)
    {
        Blank(braces);
        for (var depth = 0; !Ended;)
        {
            if (depth == 0 && Peek() == '}')
            {
                Blank(braces);
                return;
            }

            // A format such as {day:yyyy'-'MM} is text, not code; "::" is code.
            if (depth == 0 && Peek() == ':' && Peek(1) != ':' && (_at == 0 || _source[_at - 1] != ':'))
            {
                while (!Ended && Peek() != '}')
                    Blank();
                continue;
            }

            depth += Peek() is '(' or '[' or '{' ? 1 : Peek() is ')' or ']' or '}' ? -1 : 0;
            Step();
        }
    }
}
