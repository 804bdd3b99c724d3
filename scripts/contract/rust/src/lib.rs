pub mod pihost_v1 {
    tonic::include_proto!("pihost.v1");
}

/// What a user of the generated code writes.
pub fn payload(place: &str) -> pihost_v1::Payload {
    pihost_v1::Payload {
        form: Some(pihost_v1::payload::Form::Place(place.to_string())),
    }
}
