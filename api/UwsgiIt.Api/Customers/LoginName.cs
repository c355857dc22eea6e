using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Customers;

/// <summary>Names of logins.</summary>
internal static class LoginName
{
    public static string Check(string? name) =>
        name is { Length: > 0 and <= TextRules.MaxText } && name.All(static letter => char.IsLetterOrDigit(letter) || letter is '.' or '_' or '-') ? name : throw Fault.Invalid("name", "is not of letters, digits, '.', '_' and '-'");

    public static string CheckPassword(string? password) => password is { Length: > 0 and <= 1024 } ? password : throw Fault.Invalid("password", "is empty or longer than 1024 characters");
}
