using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace UwsgiIt.Router.Acme;

/// <summary>The signed messages of ACME (RFC 8555, 6.2; RFC 7515): flattened JSON, ES256.</summary>
internal static class AcmeJws
{
    /// <summary>Signs a request. Without <paramref name="account"/> the key itself is in it; a null payload is a POST-as-GET.</summary>
    public static byte[] Sign(ECDsa key, string? account, string nonce, string url, JsonObject? payload)
    {
        var head = new JsonObject { ["alg"] = "ES256", ["nonce"] = nonce, ["url"] = url };
        if (account is null)
        {
            head["jwk"] = PublicKey(key);
        }
        else
        {
            head["kid"] = account;
        }

        return Encoding.UTF8.GetBytes(Join(head.ToJsonString(), payload?.ToJsonString() ?? "", bytes => key.SignData(bytes, HashAlgorithmName.SHA256)).ToJsonString());
    }

    /// <summary>External account binding (7.3.4): our key, signed with the one that the authority gave the operator.</summary>
    public static JsonObject Bind(ECDsa key, string keyId, byte[] secret, string url) => Join(
        new JsonObject { ["alg"] = "HS256", ["kid"] = keyId, ["url"] = url }.ToJsonString(),
        PublicKey(key).ToJsonString(),
        bytes => HMACSHA256.HashData(secret, bytes));

    /// <summary>What a challenge's token becomes when we answer it (8.1).</summary>
    public static string KeyAuthorization(ECDsa key, string token) => $"{token}.{Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(PublicKey(key).ToJsonString())))}";

    /// <summary>Members in the order of their names, as a thumbprint wants them (RFC 7638).</summary>
    private static JsonObject PublicKey(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject { ["crv"] = "P-256", ["kty"] = "EC", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
    }

    private static JsonObject Join(string head, string payload, Func<byte[], byte[]> sign)
    {
        var (left, right) = (Base64Url.EncodeToString(Encoding.UTF8.GetBytes(head)), Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload)));
        return new JsonObject { ["protected"] = left, ["payload"] = right, ["signature"] = Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes($"{left}.{right}"))) };
    }
}
