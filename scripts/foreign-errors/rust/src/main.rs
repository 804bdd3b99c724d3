//! usage: errors SOCKET TOKEN MODULE, with one case in each line of stdin: TEXT MESSAGE_LENGTH STACK_LENGTH, the text in hexadecimal.
//! Has the module fail in that way, and prints `ok` or what was lost.

use pihost_v1::host_service_client::HostServiceClient;
use pihost_v1::{InvokeRequest, RemoteError};
use prost::Message;
use prost_types::value::Kind;
use prost_types::{Any, ListValue, Value};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

pub mod pihost_v1 {
    tonic::include_proto!("pihost.v1");
}

/// google.rpc.Status, which the contract has no file of.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [socket, token, module] = std::env::args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .expect("three arguments");
    let channel = Endpoint::from_shared(format!("unix:{socket}"))?
        .connect()
        .await?;
    let mut client = HostServiceClient::new(channel);
    for line in std::io::stdin().lines() {
        let line = line?;
        match judge(&mut client, &token, &module, &line).await {
            Ok(()) => println!("ok"),
            Err(why) => println!("{why}"),
        }
    }
    Ok(())
}

async fn judge(
    client: &mut HostServiceClient<Channel>,
    token: &str,
    module: &str,
    case: &str,
) -> Result<(), String> {
    let [text, message, stack] = case
        .split(' ')
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| "no case")?;
    let (message, stack): (usize, usize) = (message.parse().unwrap(), stack.parse().unwrap());
    let args = vec![
        text_value(text_of(text)),
        number_value(message),
        number_value(stack),
    ];
    let invoke = InvokeRequest {
        module: module.into(),
        method: "fail".into(),
        args: Some(ListValue { values: args }),
    };
    let mut request = Request::new(invoke);
    request
        .metadata_mut()
        .insert("authorization", format!("Bearer {token}").parse().unwrap());
    let status = client
        .invoke(request)
        .await
        .err()
        .ok_or("it did not fail")?;
    let error = remote_error(&status)?;
    // A message of any length comes with the beginning of it, and with a stack.
    let enough =
        error.message.encode_utf16().count() >= message.min(400) / 2 && !error.stack.is_empty();
    if status.code() != Code::Unknown || error.name != "TypeError" || !enough {
        return Err(format!(
            "{:?} {}: {} and {}",
            status.code(),
            error.name,
            error.message.len(),
            error.stack.len()
        ));
    }
    Ok(())
}

fn remote_error(status: &Status) -> Result<RemoteError, String> {
    let details = RpcStatus::decode(status.details())
        .map_err(|error| error.to_string())?
        .details;
    let any = details
        .first()
        .ok_or_else(|| format!("no details: {status}"))?;
    RemoteError::decode(any.value.as_slice()).map_err(|error| error.to_string())
}

fn text_value(text: String) -> Value {
    Value {
        kind: Some(Kind::StringValue(text)),
    }
}

fn number_value(number: usize) -> Value {
    Value {
        kind: Some(Kind::NumberValue(number as f64)),
    }
}

fn text_of(hexadecimal: &str) -> String {
    let bytes = (0..hexadecimal.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap());
    String::from_utf8(bytes.collect()).unwrap()
}
