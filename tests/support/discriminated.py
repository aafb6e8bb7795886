"""A contract whose schemas have discriminators of every kind."""

from __future__ import annotations

REFER = "$ref: '#/components/schemas/"
PETS = f"""\
openapi: 3.0.3
components:
  schemas:
    Cat: {{type: object, properties: {{kind: {{type: string}}, claws: {{enum: [1]}}}},
           required: [claws, kind]}}
    Dog: {{type: object, properties: {{kind: {{type: string}}, tail: {{enum: [true]}}}},
           required: [tail, kind]}}
    Puppy: {{allOf: [{{{REFER}Dog'}}, {{properties: {{age: {{enum: [0]}}}}, required: [age]}}]}}
    Shoal: {{type: array, items: {{{REFER}Cat'}}, minItems: 1, maxItems: 1}}

    Twin: {{type: object, properties: {{kind: {{type: string}}, tail: {{enum: [true]}}}},
            required: [tail, kind]}}
    Alike: {{oneOf: [{{{REFER}Dog'}}, {{{REFER}Twin'}}], discriminator: {{propertyName: kind}}}}
    OneOf: {{oneOf: [{{{REFER}Cat'}}, {{{REFER}Dog'}}], discriminator: {{propertyName: kind}}}}
    AnyOf: {{anyOf: [{{{REFER}Cat'}}, {{{REFER}Dog'}}], discriminator: {{propertyName: kind,
             mapping: {{kitty: Cat, tiger: '#/components/schemas/Cat', dog: Dog}}}}}}
    Beside: {{type: object, oneOf: [{{{REFER}Cat'}}, {{{REFER}Dog'}}], required: [name],
              discriminator: {{propertyName: kind}}, properties: {{name: {{enum: [it]}}}}}}
    Narrower: {{anyOf: [{{{REFER}Cat'}}, {{{REFER}Dog'}}],
                discriminator: {{propertyName: kind, mapping: {{puppy: Puppy}}}}}}
    Lists: {{oneOf: [{{{REFER}Cat'}}, {{{REFER}Shoal'}}], discriminator: {{propertyName: kind}}}}
    Nothing: {{type: object, oneOf: [{{required: [a]}}], discriminator: {{propertyName: kind}}}}
    Merged: {{allOf: [{{{REFER}OneOf'}}, {{required: [tail]}}]}}
    Never: {{allOf: [{{{REFER}AnyOf'}}, {{type: string}}]}}

    Job: {{type: object, discriminator: {{propertyName: kind}}, required: [kind],
           properties: {{kind: {{type: string}}}}}}
    Import: {{allOf: [{{{REFER}Job'}}, {{properties: {{url: {{enum: [u]}}}}, required: [url]}}]}}
    Retry: {{allOf: [{{{REFER}Import'}}, {{properties: {{of: {{enum: [o]}}}}, required: [of]}}]}}
    Jobs: {{type: array, items: {{{REFER}Job'}}}}

    Event: {{type: object, properties: {{type: {{type: string}}}}, required: [type],
             discriminator: {{propertyName: type, mapping: {{made: Made, gone: Gone}}}}}}
    Box: {{type: object, required: [event], properties: {{event: {{allOf: [
           {{{REFER}Event'}}, {{required: [at], properties: {{at: {{enum: [0]}}}}}}]}}}}}}
    Made: {{allOf: [{{{REFER}Event'}}, {{required: [of]}}]}}
    Gone: {{allOf: [{{{REFER}Event'}}], required: [gone]}}
"""
